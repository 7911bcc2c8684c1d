package main

import (
	"flag"

	"github.com/greenify-go/greenify/rewrite/insource"
)

var diff = &command{
	name: "diff", args: "[flags] [packages]",
	short: "print what rewrite would change",
	long: `It prints a unified diff of the packages, those of the module if none are named, and
writes nothing. The exit code is 1 if there is a difference.`,
	setup: func(fs *flag.FlagSet) runner {
		cfg := declareSource(fs, true)
		declareGet(fs, cfg)
		return func(e *env, args []string) error {
			changes, err := insource.Diff(e.source(cfg, args))
			if err != nil {
				return refused(err)
			}
			for _, ch := range changes.Files {
				text, err := ch.Diff()
				if err == nil {
					err = e.print(text)
				}
				if err != nil {
					return err
				}
			}
			e.notes(changes.Notes)
			e.sayPatched(changes.Sites, changes.Source, changes.Remaining, "would be patched")
			if len(changes.Files) > 0 {
				return exitWith(exitFail)
			}
			return nil
		}
	},
}
