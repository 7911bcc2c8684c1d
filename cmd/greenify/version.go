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
	name:  "version",
	short: "print the versions of greenify, of its rules and of Go",
	long:  "greenify -version and greenify --version are the same.",
	setup: func(*flag.FlagSet) runner {
		return func(e *env, args []string) error {
			if len(args) > 0 {
				return errors.New("version takes no arguments")
			}
			version := "(devel)"
			if info, ok := runtimedebug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			return e.print(fmt.Sprintf("greenify %s, rules %s, patches %s releases\n", version, rules.Version(), toolchain.Releases()))
		}
	},
}
