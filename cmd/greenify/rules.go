package main

import (
	"errors"
	"flag"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

var ruleTable = &command{
	name: "rules", args: "[-coverage] [-md|-json]",
	short: "print the table of what is patched",
	setup: func(fs *flag.FlagSet) runner {
		md := fs.Bool("md", false, "print Markdown")
		asJSON := fs.Bool("json", false, "print JSON")
		coverage := fs.Bool("coverage", false, "print what becomes of everything in the standard library that may block")
		return func(e *env, args []string) error {
			switch {
			case len(args) > 0:
				return errors.New("rules takes -coverage, -md and -json, not \"" + strings.Join(args, " ") + `"`)
			case *md && *asJSON:
				return errors.New("choose one of -md and -json")
			case *coverage:
				print := rules.PrintCoverage
				if *asJSON {
					print = rules.PrintCoverageJSON
				} else if *md {
					print = rules.PrintCoverageMarkdown
				}
				return print(e.stdout, toolchain.AtHand(""))
			}
			print := rules.Print
			if *asJSON {
				print = rules.PrintJSON
			} else if *md {
				print = rules.PrintMarkdown
			}
			return print(e.stdout)
		}
	},
}
