package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

var ps = &command{
	name: "ps", args: "[-json] SOCKET",
	short: "list the green threads of a running program",
	long: `The program runs with GREENIFY=admin=SOCKET, and belongs to the same user. It stops for
the moment in which it answers.`,
	setup: func(fs *flag.FlagSet) runner {
		asJSON := fs.Bool("json", false, "print JSON: what the program answers")
		return func(e *env, args []string) error {
			if len(args) != 1 {
				return errors.New("ps takes the socket of a program that runs with GREENIFY=admin=SOCKET, and -json")
			}
			if *asJSON {
				answer, err := askAdmin(args[0], "ps")
				if err != nil {
					return err
				}
				return e.print(string(answer))
			}
			s, err := snap(args[0])
			if err != nil {
				return err
			}
			return e.ps(s)
		}
	},
}

// ps prints the threads.
func (e *env) ps(s *snapshot) error {
	slices.SortFunc(s.Threads, func(a, b thread) int { return a.compare(b.threadKey) })
	tw := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	if s.Parts != nil {
		fmt.Fprint(tw, "WORKER\t")
	}
	fmt.Fprintln(tw, "THREAD\tSTATE\tSINCE\tAT\tSTARTED\tON")
	for _, t := range s.Threads {
		if s.Parts != nil {
			fmt.Fprintf(tw, "%d\t", t.Worker)
			t.Worker = 0
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", t.title(), t.what(), t.since(), place(t.At), place(t.Start), strings.TrimPrefix(t.On, " on "))
	}
	return tw.Flush()
}
