package main

import (
	"errors"
	"flag"

	"github.com/greenify-go/greenify/rewrite/insource"
	"github.com/greenify-go/greenify/rewrite/plural"
)

var generate = &command{
	name: "generate", args: "[-check|-clean] [flags] [packages]",
	short: "write patched twins, which go build -tags green builds instead",
	long: `The packages are the one of the current folder if none are named, as go generate wants
it. All files are written or none. It prints the names of the files that changed; with
-check those that are not up to date, and the exit code is 1 if there are any.`,
	setup: func(fs *flag.FlagSet) runner {
		cfg := declareSource(fs, true)
		declareGet(fs, cfg)
		check := fs.Bool("check", false, "write nothing, list the files that are not up to date")
		clean := fs.Bool("clean", false, "remove the twins, and their constraints from the originals")
		return func(e *env, args []string) error {
			work := insource.Generate
			switch {
			case *check && *clean:
				return errors.New("choose one of -check and -clean")
			case cfg.Get && (*check || *clean):
				return errors.New("-get is for making twins: leave out -check and -clean")
			case *check:
				work = insource.GenerateCheck
			case *clean:
				work = insource.GenerateClean
			}
			twins, err := work(e.source(cfg, args))
			if err != nil {
				return refused(err)
			}
			for _, name := range twins.Changed {
				if err := e.print(name + "\n"); err != nil {
					return err
				}
			}
			e.notes(twins.Notes)
			switch n := len(twins.Changed); {
			case *check && n > 0:
				e.say("%s %s not up to date: run greenify generate", plural.Of(n, "file"), plural.Verb(n, "be"))
				return exitWith(exitFail)
			case !*check && !*clean:
				e.sayPatched(twins.Sites, twins.Files, twins.Remaining, "patched for go build -tags green")
			}
			return nil
		}
	},
}
