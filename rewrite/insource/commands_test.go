package insource

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/greenify-go/greenify/rewrite/outfile"
)

// The commands as tests call them: the functions of this package with flags in front,
// and an exit code. What people get, with all flags, is in cmd/greenify.

const (
	exitOK    = 0
	exitFound = 1
	exitUsage = 2
)

type commandFunc = func(args []string, stdout, stderr io.Writer) int

// asCommand makes a command of a function that prints and reports whether it found
// anything.
func asCommand(everywhere bool, run func(cfg Config, is func(string) bool, baseline string, stdout, stderr io.Writer) (bool, error)) commandFunc {
	return func(args []string, stdout, stderr io.Writer) int {
		flags := flag.NewFlagSet("", flag.PanicOnError)
		cfg := Config{Stderr: stderr}
		flags.StringVar(&cfg.Dir, "C", "", "")
		flags.BoolVar(&cfg.Everywhere, "everywhere", everywhere, "")
		flags.StringVar(&cfg.Tags, "tags", "", "")
		baseline := flags.String("baseline", "", "")
		for _, name := range []string{"w", "fix", "check", "clean", "update"} {
			flags.Bool(name, false, "")
		}
		flags.Parse(args)
		cfg.Patterns = flags.Args()
		is := func(name string) bool { return flags.Lookup(name).Value.String() == "true" }
		found, err := run(cfg, is, *baseline, stdout, stderr)
		switch {
		case err != nil:
			fmt.Fprintln(stderr, err)
			return exitUsage
		case found:
			return exitFound
		}
		return exitOK
	}
}

func printNotes(w io.Writer, notes []string) {
	for _, note := range notes {
		fmt.Fprintln(w, "greenify: "+note)
	}
}

var (
	checkCommand = asCommand(false, func(cfg Config, is func(string) bool, baseline string, stdout, stderr io.Writer) (bool, error) {
		found, err := Check(cfg, is("fix"))
		if err != nil {
			return false, err
		}
		printNotes(stderr, found.Notes)
		if is("update") {
			return false, outfile.Write(baseline, Baseline(found.List))
		}
		if baseline != "" {
			data, err := os.ReadFile(baseline)
			if err != nil {
				return false, err
			}
			if found.List, err = Subtract(found.List, string(data)); err != nil {
				return false, err
			}
		}
		for _, f := range found.List {
			fmt.Fprintln(stdout, f)
		}
		return len(found.List) > 0, nil
	})
	diffCommand = asCommand(true, func(cfg Config, is func(string) bool, _ string, stdout, stderr io.Writer) (bool, error) {
		changes, err := Diff(cfg)
		if err != nil {
			return false, err
		}
		for _, ch := range changes.Files {
			text, err := ch.Diff()
			if err != nil {
				return false, err
			}
			io.WriteString(stdout, text)
		}
		printNotes(stderr, changes.Notes)
		return len(changes.Files) > 0, nil
	})
	rewriteCommand = asCommand(true, func(cfg Config, is func(string) bool, _ string, stdout, stderr io.Writer) (bool, error) {
		changes, err := Rewrite(cfg)
		if err != nil {
			return false, err
		}
		for _, ch := range changes.Files {
			fmt.Fprintln(stdout, ch.Name)
		}
		printNotes(stderr, changes.Notes)
		fmt.Fprintf(stderr, "%d sites in %d files, %d left\n", changes.Sites, len(changes.Files), changes.Remaining)
		return false, nil
	})
	generateCommand = asCommand(true, func(cfg Config, is func(string) bool, _ string, stdout, stderr io.Writer) (bool, error) {
		generate := Generate
		if is("check") {
			generate = GenerateCheck
		} else if is("clean") {
			generate = GenerateClean
		}
		twins, err := generate(cfg)
		if err != nil {
			return false, err
		}
		for _, name := range twins.Changed {
			fmt.Fprintln(stdout, name)
		}
		printNotes(stderr, twins.Notes)
		return is("check") && len(twins.Changed) > 0, nil
	})
)
