// Command fuzz makes random concurrent programs (package gen) and demands that they do the same
// plain, as a whole program, rewritten, as twins, and in simulated schedules:
//
//	go run ./testdata/fuzz [-greenify FILE] [-seed N] [-n N] [-doors LIST] [-o DIR]
//
// What a program does is what it prints, its exit status, and what it says when it panics or when
// all of its goroutines wait for ever. The plain program runs on four processors and on one first: if these
// differ, the generator has made a program that depends on the schedule, which is an error, too.
//
// Go overlooks some deadlocks behind network connections. A program that should end by one, and has
// no end though all of its goroutines wait, is run again, which is printed.
//
// A program that differs is reduced to one of which nothing can be left out, and written as a
// module of its own below -o, with what it did by which door.
//
// Exit status: 0 all do the same, 1 some differ, 2 usage, or nothing could be run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/greenify-go/greenify/testdata/fuzz/gen"
)

func main() {
	first := flag.Uint64("seed", 1, "of the first program")
	count := flag.Int("n", 200, "programs")
	batch := flag.Int("batch", 200, "programs that are built together")
	names := flag.String("doors", "whole,sim,rewrite,twins", "doors to compare with plain; also race and main (-scope=main)")
	out := flag.String("o", "fuzz-found", "`folder` for what differs, reduced")
	reduce := flag.Int("reduce", 3, "reduce at most so many")
	var r runner
	flag.StringVar(&r.greenify, "greenify", "greenify", "the command to run")
	flag.StringVar(&r.repo, "repo", ".", "the repository, of which rewritten code requires package green")
	flag.DurationVar(&r.timeout, "timeout", time.Minute, "for one run")
	flag.BoolVar(&r.verbose, "v", false, "say how long each door takes")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "fuzz: %q is not a flag\n", flag.Arg(0))
		os.Exit(2)
	}
	differ, err := r.fuzz(*first, *count, *batch, *names, *out, *reduce)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(2)
	}
	if differ > 0 {
		os.Exit(1)
	}
}

// fuzz runs the programs of count seeds and returns how many differ.
func (r *runner) fuzz(first uint64, count, batch int, names, out string, reduce int) (differ int, err error) {
	var list []door
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(doors, func(d door) bool { return d.name == name })
		if i < 0 {
			return 0, fmt.Errorf("there is no door %q", name)
		}
		list = append(list, doors[i])
	}
	if r.greenify, err = filepath.Abs(r.greenify); err != nil {
		return 0, err
	}
	if r.repo, err = filepath.Abs(r.repo); err != nil {
		return 0, err
	}
	begin, ran := time.Now(), 0
	for done := 0; done < count; done += batch {
		var programs []*gen.Program
		for i := range min(batch, count-done) {
			programs = append(programs, gen.New(first+uint64(done+i)))
		}
		found, runs, err := r.compare(programs, list)
		if err != nil {
			return differ, err
		}
		ran += runs
		for i, d := range found {
			if d == nil {
				continue
			}
			differ++
			fmt.Printf("seed %d differs by door %s: %s\n", programs[i].Seed, d.door.name, d)
			if differ <= reduce {
				if err := r.reduce(programs[i], d, out); err != nil {
					return differ, err
				}
			}
		}
		fmt.Printf("%d programs, %d runs in %d s, %d differ\n", done+len(programs), ran, int(time.Since(begin).Seconds()), differ)
	}
	return differ, nil
}

// reduce writes a smaller program that differs by the same door.
func (r *runner) reduce(p *gen.Program, d *difference, out string) error {
	small, err := gen.Reduce(p, func(list []*gen.Program) ([]bool, error) {
		found, _, err := r.compare(list, []door{d.door})
		failed := make([]bool, len(list))
		for i, f := range found {
			failed[i] = f != nil && f.door.name == d.door.name && f.how() == d.how()
		}
		return failed, err
	})
	if err != nil {
		return err
	}
	again, _, err := r.compare([]*gen.Program{small}, []door{d.door})
	if err == nil && again[0] == nil {
		err = errors.New("the reduced program no longer differs: what it does depends on the schedule")
	}
	dir := filepath.Join(out, fmt.Sprintf("%d-%s", p.Seed, d.door.name))
	if again != nil && again[0] != nil {
		fmt.Printf("seed %d reduced, in %s: %s\n", p.Seed, dir, again[0])
	}
	return errors.Join(r.writeOne(dir, small), err)
}
