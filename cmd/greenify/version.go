package main

import (
	"errors"
	"flag"
	"fmt"
	runtimedebug "runtime/debug"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

var version = &command{
	name: "version", args: "[-json]",
	short: "print the versions of greenify, of its rules and of Go",
	long:  "greenify -version and greenify --version are the same.",
	setup: func(fs *flag.FlagSet) runner {
		asJSON := fs.Bool("json", false, "print JSON: the versions of greenify and its rules, and the releases")
		return func(e *env, args []string) error {
			if len(args) > 0 {
				return errors.New("version takes -json, and no arguments")
			}
			version := "(devel)"
			if info, ok := runtimedebug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			if *asJSON {
				return e.printJSON(struct {
					Greenify string   `json:"greenify"`
					Rules    string   `json:"rules"`
					Releases []string `json:"releases"`
				}{version, rules.Version(), toolchain.Supported})
			}
			return e.print(fmt.Sprintf("greenify %s, rules %s, patches %s releases\n", version, rules.Version(), toolchain.Releases()))
		}
	},
}
