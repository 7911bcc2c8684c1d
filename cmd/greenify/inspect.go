package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/inspect"
	"github.com/greenify-go/greenify/rewrite/plural"
	"github.com/greenify-go/greenify/runtime/code"
)

// inspect prints the manifest of a binary.
func (c *command) inspect(args []string) int {
	asJSON := false
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		asJSON = asJSON || arg == "-json" || arg == "--json"
		return arg == "-json" || arg == "--json"
	})
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return c.usageError("inspect takes one binary and -json")
	}
	m, err := inspect.File(args[0])
	if err != nil {
		return c.usageError("cannot inspect %v", err)
	}
	if asJSON {
		enc := json.NewEncoder(c.stdout)
		enc.SetIndent("", "\t")
		enc.SetEscapeHTML(false)
		err = enc.Encode(m)
	} else {
		err = printManifest(c.stdout, m)
	}
	if err != nil {
		return c.usageError("%v", err)
	}
	return exitOK
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
