package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/greenify-go/greenify/rewrite/inspect"
	"github.com/greenify-go/greenify/rewrite/plural"
	"github.com/greenify-go/greenify/runtime/code"
)

var inspectBinary = &command{
	name: "inspect", args: "[-json] BINARY",
	short: "print how a binary is patched, and which of its calls keep the hub",
	long:  "It reads the binary alone, one built by greenify or by the plain go command.",
	setup: func(fs *flag.FlagSet) runner {
		asJSON := fs.Bool("json", false, "print JSON")
		return func(e *env, args []string) error {
			if len(args) != 1 {
				return errors.New("inspect takes one binary and -json")
			}
			m, err := inspect.File(args[0])
			if err != nil {
				return fmt.Errorf("cannot inspect %w", err)
			}
			if *asJSON {
				return e.printJSON(m)
			}
			return printManifest(e.stdout, m)
		}
	},
}

func printManifest(w io.Writer, m code.Manifest) error {
	var b strings.Builder
	field := func(name string, values ...string) {
		if s := strings.Join(values, " "); s != "" {
			fmt.Fprintf(&b, "%-9s %s\n", name, s)
		}
	}
	field("patched", cmp.Or(map[string]string{code.Unpatched: "no"}[m.Mode], m.Mode))
	field("go", m.Go)
	field("rules", m.Rules)
	field("scope", m.Scope)
	field("groups", m.Groups...)
	field("offload", m.Offload)
	if m.Locks {
		field("locks", "know who holds them")
	}
	if m.Sim {
		field("sim", "one seed decides everything")
	}
	field("std", m.Std...)
	field("packages", m.Packages...)
	if m.Mode != code.Unpatched {
		field("left", plural.Of(len(m.Left), "call")+" "+plural.Verb(len(m.Left), "keep")+" the hub")
	}
	printLeft(&b, m.Left)
	_, err := io.WriteString(w, b.String())
	return err
}

func printLeft(w io.Writer, left []code.Left) {
	for _, l := range left {
		fmt.Fprintf(w, "%s:%d: %s: %s\n", l.File, l.Line, l.Call, l.Reason)
	}
}
