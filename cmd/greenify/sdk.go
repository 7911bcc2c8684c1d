package main

import (
	"errors"
	"flag"
	"fmt"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

var sdk = &command{
	name: "sdk", args: "[flags] DIR",
	short: "write a patched Go SDK to a folder, for Bazel and others",
	long: `DIR is a GOROOT then, a patched copy of the release that go env names in the current folder:
DIR/bin/go builds patched programs, and so does whatever takes an SDK from a folder, such as
rules_go of Bazel (greenify help ci). It needs neither greenify nor its cache. DIR must be
empty, or not be there; it is written whole or not at all.

Programs that import package green are built with -tags=greenify, or their linker says that
a symbol is duplicated. DIR/go.env has the flag in GOFLAGS. Whoever sets GOFLAGS, or builds
without the go command, gives it himself.`,
	setup: func(fs *flag.FlagSet) runner {
		o := declareBuild(fs, false)
		return func(e *env, args []string) error {
			if len(args) != 1 {
				return errors.New("sdk takes one folder: greenify sdk DIR")
			}
			dir := args[0]
			if err := toolchain.CheckSDK(dir); err != nil {
				return err
			}
			tc, err := e.open(o, &goLine{command: "sdk"})
			if err != nil {
				return err
			}
			m := newMeter(e.stderr)
			m.begin("writing the SDK", "")
			err = tc.WriteSDK(dir)
			m.end()
			if err != nil {
				return fmt.Errorf("cannot write the SDK: %w", err)
			}
			e.say("%s is %s, patched, rules %s", dir, tc.Version, rules.Version())
			return nil
		}
	},
}
