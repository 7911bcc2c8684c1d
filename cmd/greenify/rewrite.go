package main

import (
	"errors"
	"flag"

	"github.com/greenify-go/greenify/rewrite/insource"
)

var rewrite = &command{
	name: "rewrite", args: "-w [flags] [packages]",
	short: "patch the source itself, for the plain go command",
	long: `It changes the files of the packages, those of the module if none are named: all of
them or none, after the result was type-checked. It prints the names of the files.
Packages of another module are refused, also of one that go.mod replaces with a folder.`,
	setup: func(fs *flag.FlagSet) runner {
		cfg := declareSource(fs, true)
		declareGet(fs, cfg)
		write := fs.Bool("w", false, "write the files")
		return func(e *env, args []string) error {
			if !*write {
				return errors.New("rewrite changes your files: look at the changes with greenify diff, then run greenify rewrite -w")
			}
			changes, err := insource.Rewrite(e.source(cfg, args))
			if err != nil {
				return refused(err)
			}
			for _, ch := range changes.Files {
				if err := e.print(ch.Name + "\n"); err != nil {
					return err
				}
			}
			e.notes(changes.Notes)
			e.sayPatched(changes.Sites, changes.Source, changes.Remaining, "patched")
			return nil
		}
	},
}
