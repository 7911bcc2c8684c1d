package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/greenify-go/greenify/rewrite/insource"
	"github.com/greenify-go/greenify/rewrite/outfile"
	"github.com/greenify-go/greenify/rewrite/plural"
)

var check = &command{
	name: "check", args: "[flags] [packages]",
	short: "report what blocks in packages, as findings",
	long: `The packages are those of the module if none are named. The exit code is 1 if there are
findings. The last line says how many there are, and how many of them -fix removes.

It looks at the files for this platform and these tags; -everywhere looks at all. A
line //greenify:skip REASON above a site leaves it out.`,
	setup: func(fs *flag.FlagSet) runner {
		cfg := declareSource(fs, false)
		declareGet(fs, cfg)
		o := checkOptions{
			json:     fs.Bool("json", false, "print JSON, an array of findings"),
			sarif:    fs.Bool("sarif", false, "print SARIF 2.1.0, for code scanning"),
			fix:      fs.Bool("fix", false, "patch the files first, all or none, as rewrite -w does; report what remains"),
			baseline: fs.String("baseline", "", "report only what `file` does not list"),
			update:   fs.Bool("update", false, "write the baseline file instead of reporting"),
		}
		return func(e *env, args []string) error { return e.check(e.source(cfg, args), o) }
	},
}

type checkOptions struct {
	json, sarif, fix, update *bool
	baseline                 *string
}

func (e *env) check(cfg insource.Config, o checkOptions) error {
	if *o.update && *o.baseline == "" {
		return errors.New("-update needs the name of the file: greenify check -baseline greenify.baseline -update")
	}
	if *o.json && *o.sarif {
		return errors.New("choose one of -json and -sarif")
	}
	if cfg.Get && !*o.fix {
		return errors.New("-get is part of a change: greenify check -fix -get")
	}
	found, err := insource.Check(cfg, *o.fix)
	if err != nil {
		return refused(err)
	}
	e.notes(found.Notes)
	if *o.update {
		return outfile.Write(*o.baseline, insource.Baseline(found.List))
	}
	list := found.List
	if *o.baseline != "" {
		data, err := os.ReadFile(*o.baseline)
		if err != nil {
			// 1 would say that there are findings.
			return refused(fmt.Errorf("%w: write it with greenify check -baseline %s -update", err, *o.baseline))
		}
		if list, err = insource.Subtract(list, string(data)); err != nil {
			return fmt.Errorf("%s: %w", *o.baseline, err)
		}
	}
	switch {
	case *o.json:
		err = e.printJSON(list)
	case *o.sarif:
		err = e.printJSON(sarif(list))
	default:
		var b strings.Builder
		fixable := 0
		for _, f := range list {
			fmt.Fprintln(&b, f)
			if f.Fixable {
				fixable++
			}
		}
		err = e.print(b.String())
		if len(list) > 0 {
			e.say("%s, %d fixed by -fix, %d to do", plural.Of(len(list), "finding"), fixable, len(list)-fixable)
		}
	}
	if err == nil && len(list) > 0 {
		return exitWith(exitFail)
	}
	return err
}
