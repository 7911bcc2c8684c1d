package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A source is a program that is built, package main in a folder of a module.
type source struct {
	name, module, dir string
	cold              int // builds from empty caches at most
}

// built are the programs whose builds are compared, the small one first.
var built = []source{
	{"a small HTTP program", suite, "hello", 11},
	{"coredns", "testdata/complete/coredns", ".", 3},
}

// builds compares the cost of building programs, medians of so many: from empty caches, with
// nothing changed, and with a file of package main changed. Memory is that of the largest process.
func builds(ctx context.Context, tmp, greenify string, times int, programs []source) error {
	for n, p := range programs {
		src := filepath.Join(tmp, fmt.Sprint("src", n))
		if err := os.CopyFS(src, os.DirFS(p.module)); err != nil {
			return err
		}
		own, all, err := p.lines(ctx, src)
		if err != nil {
			return err
		}
		gocache, greencache := filepath.Join(tmp, "gocache"), filepath.Join(tmp, "greenifycache")
		env := append(os.Environ(), "GOCACHE="+gocache, "GREENIFYCACHE="+greencache)
		edits := 0
		t := table{{"", "median of", "go build, s", "greenify build, s", "ratio", "ms more", "go build, MiB", "greenify build, MiB"}}
		for _, b := range []struct {
			name   string
			times  int
			before func() error
		}{
			{"cold", min(times, p.cold), func() error { return errors.Join(os.RemoveAll(gocache), os.RemoveAll(greencache)) }},
			{"nothing changed", times, func() error { return nil }},
			{"after an edit", times, func() error {
				edits++
				return os.WriteFile(filepath.Join(src, p.dir, "edit.go"), fmt.Appendf(nil, "package main\n\nvar Edit = %d\n", edits), 0o666)
			}},
		} {
			var seconds, memory [2][]float64
			for range b.times {
				for i, command := range []string{"go", greenify} {
					if err := b.before(); err != nil {
						return err
					}
					// Each has a file of its own: one that is there and up to date is not linked anew.
					s, mib, err := timed(ctx, src, env, command, "build", "-o", filepath.Join(tmp, fmt.Sprint("program", i)), "./"+p.dir)
					if err != nil {
						return err
					}
					seconds[i], memory[i] = append(seconds[i], s), append(memory[i], mib)
				}
			}
			if b.name == "cold" { // go build has nothing left, which is what the others begin with
				if _, _, err := timed(ctx, src, env, "go", "build", "-o", filepath.Join(tmp, "program0"), "./"+p.dir); err != nil {
					return err
				}
			}
			plain, patched := median(seconds[0]), median(seconds[1])
			t = append(t, []string{b.name, fmt.Sprint(b.times), figure(plain), figure(patched), ratio(patched, plain), fmt.Sprintf("%.0f", (patched-plain)*1000), fmt.Sprintf("%.0f", median(memory[0])), fmt.Sprintf("%.0f", median(memory[1]))})
		}
		fmt.Printf("\nto build %s: %d lines, %d with all that is linked but std\n\n", p.name, own, all)
		t.print()
	}
	return nil
}

// lines counts the lines of Go of which a program is built: those of its module, and those of all
// packages but std.
func (p source) lines(ctx context.Context, src string) (own, all int, err error) {
	out, err := command(ctx, src, nil, "go", "list", "-deps", "-json=Dir,Standard,GoFiles,CgoFiles,Module", "./"+p.dir)
	if err != nil {
		return 0, 0, err
	}
	for dec := json.NewDecoder(bytes.NewReader([]byte(out))); ; {
		var pkg struct {
			Dir               string
			Standard          bool
			GoFiles, CgoFiles []string
			Module            *struct{ Main bool }
		}
		if err := dec.Decode(&pkg); err == io.EOF {
			return own, all, nil
		} else if err != nil {
			return 0, 0, err
		}
		if pkg.Standard {
			continue
		}
		for _, name := range slices.Concat(pkg.GoFiles, pkg.CgoFiles) {
			data, err := os.ReadFile(filepath.Join(pkg.Dir, name))
			if err != nil {
				return 0, 0, err
			}
			lines := bytes.Count(data, []byte("\n"))
			all += lines
			if pkg.Module != nil && pkg.Module.Main {
				own += lines
			}
		}
	}
}

// timed runs a command and returns how long it took, and the memory in MiB of the largest process
// that it and its own took.
func timed(ctx context.Context, dir string, env []string, name string, args ...string) (seconds, mib float64, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir, cmd.Env = dir, env
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	seconds = time.Since(begin).Seconds()
	// Getrusage(2): for children, the most is that of the largest of the tree.
	return seconds, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024, nil
}
