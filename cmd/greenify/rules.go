package main

import (
	"errors"
	"flag"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

var ruleTable = &command{
	name: "rules", args: "[-md|-json|-coverage [-json]]",
	short: "print the table of what is patched",
	setup: func(fs *flag.FlagSet) runner {
		md := fs.Bool("md", false, "print Markdown")
		asJSON := fs.Bool("json", false, "print JSON")
		coverage := fs.Bool("coverage", false, "print what becomes of everything in the standard library that may block")
		return func(e *env, args []string) error {
			print := rules.Print
			switch {
			case len(args) > 0:
				return errors.New("rules takes -md, -json or -coverage [-json], not \"" + strings.Join(args, " ") + `"`)
			case *md && (*asJSON || *coverage):
				return errors.New("-md is for the table of rules alone: leave out -json and -coverage")
			case *coverage && *asJSON:
				return rules.PrintCoverageJSON(e.stdout, toolchain.AtHand(""))
			case *coverage:
				return rules.PrintCoverage(e.stdout, toolchain.AtHand(""))
			case *asJSON:
				print = rules.PrintJSON
			case *md:
				print = rules.PrintMarkdown
			}
			return print(e.stdout)
		}
	},
}
