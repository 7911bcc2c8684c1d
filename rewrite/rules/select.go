package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/runtime/code"
)

// Groups are the module groups that -patch can name.
var Groups = code.Groups

// ParsePatch reads a -patch flag: names of groups, each with a "-" in front if it
// is not to be patched, separated by commas. As in eventlet.monkey_patch, if any
// group is named, only those are patched; if groups are only taken out, all the
// others are; "all" and "-all" set what happens to the groups not named.
func ParsePatch(s string) ([]string, error) {
	named := map[string]bool{}
	rest, only := true, false
	all := false
	for word := range strings.SplitSeq(s, ",") {
		name, off := strings.CutPrefix(strings.TrimSpace(word), "-")
		switch {
		case name == "all":
			rest, all = !off, true
		case slices.Contains(Groups, name):
			if on, ok := named[name]; ok && on == off {
				return nil, fmt.Errorf("-patch=%s names %s both ways", s, name)
			}
			named[name] = !off
			only = only || !off
		default:
			return nil, fmt.Errorf("unknown group %q in -patch: use all, %s, or one with - in front", name, strings.Join(Groups, ", "))
		}
	}
	if only && !all {
		rest = false
	}
	var list []string
	for _, g := range Groups {
		if on, ok := named[g]; ok && on || !ok && rest {
			list = append(list, g)
		}
	}
	if list == nil {
		return nil, fmt.Errorf("-patch=%s patches nothing: use plain go, or GREENIFY=off at run time", s)
	}
	return list, nil
}

// CallVersionFor names the rules of the in-source back ends and the groups that a
// package is patched for: "1a2b3c4d:time,thread", without the groups if it is all.
func CallVersionFor(groups []string) string {
	if groups == nil || len(groups) == len(Groups) {
		return CallVersion()
	}
	return CallVersion() + ":" + strings.Join(groups, ",")
}

// SplitVersion is the inverse of CallVersionFor.
func SplitVersion(s string) (version string, groups []string) {
	version, list, part := strings.Cut(s, ":")
	if !part {
		return version, Groups
	}
	return version, strings.Split(list, ",")
}

// Waiters are the groups whose waits end when another green thread runs. If one
// of them keeps the hub, that thread cannot.
var waiters = []string{"thread", "select", "builtins"}

// Missing returns the groups that a set with yield points needs and lacks.
func Missing(groups []string) []string {
	var list []string
	for _, g := range waiters {
		if !slices.Contains(groups, g) {
			list = append(list, g)
		}
	}
	return list
}

// Selected returns the leaf rules for a set of groups. Those of group thread make
// goroutines green threads, which every set needs; which waits yield is the
// hub's to decide (runtime/hub/groups.go).
func Selected(groups []string) []Leaf {
	list := slices.DeleteFunc(Leaves(), func(r Leaf) bool {
		return r.Group != "thread" && !slices.Contains(groups, r.Group)
	})
	switch os, socket := slices.Contains(groups, "os"), slices.Contains(groups, "socket"); {
	case os && !socket:
		list = append(list, oneOf("os")...)
	case socket && !os:
		list = append(list, oneOf("socket")...)
	}
	return list
}

// oneOf returns the rule for builds that patch one of the groups os and socket: the
// waits for their descriptors have one wait reason.
func oneOf(group string) []Leaf {
	other := "isFile"
	if group == "os" {
		other = "!isFile"
	}
	return grouped(group, []Leaf{{
		File: "internal/poll/fd_poll_runtime.go",
		Edit: edit("pollDesc.wait", before, "res := runtime_pollWait(pd.runtimeCtx, mode)", "if "+other+" { hubHold(1); defer hubHold(-1) }", 1),
		Why:  "descriptors of the other group keep the hub",
	}})
}
