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
		"while it answers, when the program stops; %p in the name is the process id",
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
		"green.NoYield. In source it goes on beside the hub, with GOMAXPROCS at 1,",
		"until its next patched call",
	}, true},
	{"children=1", []string{
		"child processes that inherit the variable report, too (stats, blocked):",
		"see below",
	}, true},
	{"deadlock=5s", []string{
		"report on standard error threads that nobody can wake any more, while others",
		"run or all are asleep: proven by the garbage collector, so what a global",
		"variable refers to, a thread that the program can kill and select {} are",
		"never reported; each thread once; us, ms or s, off or 0 is off; 5s in a test",
		"binary, else off; costs a collection when one has waited for that long and",
		"others have run since, at most one processor in a hundred",
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
		"trace renders; a change of threads then takes about 2 us more; %p in the",
		"name is the process id",
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

// inherited is the part of the help about other processes.
const inherited = `What is inherited: children of the program find the variable in their environment,
marked by parent=ID, the process id of the program. What the program holds or reads is
left alone: a patched child that finds such a mark takes the socket (admin) only if it is
free or its name has %p, writes a trace only if the name has %p, and prints no statistics
and no reports of blocked unless children=1 is set. It says nothing about that. A program
that gives a child a GREENIFY of its own asks the child itself. A test binary that starts
itself has no reports of blocked by default.

A program with more rights than its user (set-user-ID, set-group-ID, file capabilities)
does not read the variable.
`

// Safe returns text of the user's for a terminal: whatever would steer one is escaped.
func Safe(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
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
		"What is on with =1 may be written without it, and is off with =0.\n"+
		"An unknown setting or value stops the program before main with exit code 2.\n"+
		"\n", Known(true))
	b.WriteString(inherited)
	return b.String()
}
