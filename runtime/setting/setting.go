// Package setting is the one table of the settings of the GREENIFY variable.
// The hub, programs patched in source and the command's help have it from here.
package setting

import (
	"fmt"
	"slices"
	"strings"
)

// A Setting is one part of the variable, GODEBUG style: KEY or KEY=VALUE.
type Setting struct {
	Name     string   // as the help shows it: "off", "stats=1", "blocked=50ms"
	Doc      []string // lines of the help
	InSource bool     // programs patched in source know it as well
}

// Table lists the settings in the order of their names. What they cost while they are
// on is measured by go run ./testdata/bench/show -settings.
var Table = []Setting{
	{"admin=path", []string{
		"listen on a Unix socket of that name, for greenify ps, top and profile;",
		"its mode is 0600, and clients must be of the same user; costs nothing but",
		"while it answers, when the program stops",
	}, false},
	{"blocked=50ms", []string{
		"report on standard error when one thread keeps the hub from ready ones",
		"for longer than that, in processor time: which thread, its stack and, at",
		"the end, how long; us, ms or s, 0 is off; 100ms in a test binary, else",
		"off; costs nothing",
		"that can be measured; in source it is off in tests, too, but for threads",
		"that wait (rescued= in the statistics)",
	}, true},
	{"busy=1s", []string{
		"a thread that computes for longer than that while others are ready is made",
		"to yield where it is, as by plain Go: still one thread at a time, but what it",
		"was in the middle of may be cut there, such as a step on shared data without",
		"a lock. It is reported once for each place, counted (preempted= in the",
		"statistics), and cut every 10 ms until it waits by itself. us, ms or s; off:",
		"it keeps the hub; 100ms in a test binary. What must not be cut goes into",
		"green.NoYield",
	}, false},
	{"made=1", []string{
		"reports of deadlocks say where a channel was made; 1 in a test binary,",
		"else 0; to make a channel then takes about 20 ns more",
	}, false},
	{"off", []string{"run as plain Go: the same binary, no green threads"}, true},
	{"offload=20", []string{
		"how many threads do offloaded work at once (green.Offload,",
		"-offload=disk), at least 1; 20 unless built with -offload-size",
	}, true},
	{"races=1", []string{
		"in a program built with -race, report the races that the program",
		"would have as plain Go; under the hub it has none",
	}, false},
	{"stats=1", []string{
		"at exit, print the hub's statistics on standard error; costs nothing that",
		"can be measured",
	}, true},
	{"trace=file", []string{
		"write a trace that ui.perfetto.dev and chrome://tracing open, and greenify",
		"trace renders; a change of threads then takes about 2 us more",
	}, false},
}

// Known lists the names for an error message.
func Known(inSource bool) string {
	var names []string
	for _, s := range Table {
		if s.InSource || !inSource {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}

// Help is the text of greenify help runtime.
func Help() string {
	var b strings.Builder
	b.WriteString("Settings of a patched program, in the variable GREENIFY, separated by commas:\n\n")
	width := len(slices.MaxFunc(Table, func(a, b Setting) int { return len(a.Name) - len(b.Name) }).Name)
	for _, s := range Table {
		name := s.Name
		for _, line := range s.Doc {
			fmt.Fprintf(&b, "\t%-*s  %s\n", width, name, line)
			name = ""
		}
	}
	fmt.Fprintf(&b, "\nA program patched in source knows %s.\n"+
		"An unknown setting stops the program before main with exit code 2.\n", Known(true))
	return b.String()
}
