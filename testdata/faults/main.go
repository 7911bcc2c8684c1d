// Command faults shows what becomes of greenify's commands when they are killed or find the disk
// full, of many that start at once, and of patched programs that lack descriptors, memory or
// processor, that have clients which go away or are slow, or whose clock is set. Run it as root
// (it mounts file systems of its own, which only it sees) from the top of the repository, with
// the command greenify:
//
//	go run ./testdata/faults -greenify .cache/greenify -cache .cache/faults
//
// It prints a table. Exit status: 0 all is as it should be, 1 it is not.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

var (
	greenify    = flag.String("greenify", ".cache/greenify", "the `command` greenify")
	cache       = flag.String("cache", ".cache/faults", "the `folder` of greenify's cache; what is made in it is made once")
	parts       = flag.String("parts", strings.Join(partNames(), ","), "which `parts` to run")
	kills       = flag.Int("kills", 1000, "kill commands that many `times`")
	full        = flag.Int("full", 200, "fill the disk that many `times`")
	processes   = flag.Int("processes", 200, "start that `many` commands at once")
	connections = flag.Int("connections", 100_000, "open and drop that `many` connections")
	side        = flag.Int("p", 2, "kill that `many` commands side by side")
	atMost      = flag.Duration("time", 0, "kill commands for at most that `long`; 0: as often as was asked for")
	run         = flag.String("run", "", "of the commands only those that match `regexp`")
	output      = flag.String("o", "", "write the table to this `file`, too")
	share       = flag.String("share", "", "of a process that this one starts: which cases are its own")
)

// A part is a part of the table.
type part struct {
	name string
	run  func(w io.Writer) error
}

// The peak of a process, as the kernel has it, is not less than that of the one that started it, so
// what takes this one much memory comes last.
var allParts = []part{
	{"limits", limits},
	{"dropped", dropped},
	{"slow", slow},
	{"clock", clocks},
	{"kills", killCommands},
	{"together", together},
}

func partNames() (names []string) {
	for _, p := range allParts {
		names = append(names, p.name)
	}
	return names
}

func main() {
	flag.Parse()
	err := show()
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func show() error {
	for _, path := range []*string{greenify, cache} {
		var err error
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if _, err := regexp.Compile(*run); err != nil {
		return err
	}
	if *share != "" {
		return shareOfCases(*share)
	}
	if os.Geteuid() != 0 {
		return errors.New("run it as root: it mounts file systems that are full")
	}
	if err := os.MkdirAll(*cache, 0o755); err != nil {
		return err
	}
	// Where the table goes may be the disk that is full by then.
	var text strings.Builder
	w := io.MultiWriter(os.Stdout, &text)
	fmt.Fprintf(w, "%s, %s/%s, %d processors, %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly))
	var failed error
	for _, p := range allParts {
		if !slices.Contains(strings.Split(*parts, ","), p.name) {
			continue
		}
		begin := time.Now()
		fmt.Fprintf(w, "\n")
		if err := p.run(w); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", p.name, err))
		}
		fmt.Fprintf(os.Stderr, "faults: %s took %v\n", p.name, time.Since(begin).Round(time.Second))
	}
	if *output != "" {
		failed = errors.Join(failed, os.WriteFile(*output, []byte(text.String()), 0o666))
	}
	return failed
}
