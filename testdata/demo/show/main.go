// Show builds the program in testdata/demo/service twice, with go build and
// with greenify build, runs both and prints side by side what they did. Run it
// from the top of the repository:
//
//	go run ./testdata/demo/show
//
// It ends with status 1 if the two print different things, if one is far too
// slow, or if the patched one is not what greenify promises.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	service = "testdata/demo/service"
	runs    = 3                // of each program, in turn; the median counts
	limit   = 5 * time.Second  // for the 200 requests: one after another they take 20 s
	patient = 60 * time.Second // for one run; a program that hangs is killed
)

func main() {
	if err := show(); err != nil {
		fmt.Fprintln(os.Stderr, "show:", err)
		os.Exit(1)
	}
}

func show() error {
	if _, err := os.Stat(service); err != nil {
		return fmt.Errorf("%w: run from the top of the repository", err)
	}
	dir, err := os.MkdirTemp("", "greenify-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	plain, patched, err := build(dir)
	if err != nil {
		return err
	}

	var a, b []result
	for range runs {
		for _, side := range []struct {
			into *[]result
			path string
			env  string
		}{
			{&a, plain, ""},
			{&b, patched, "stats=1"},
		} {
			r, err := run(side.path, side.env)
			if err != nil {
				return err
			}
			*side.into = append(*side.into, r)
		}
	}
	// A plain binary has nobody who counts: the hub's figures for plain Go are
	// those of the patched binary with the patch switched off.
	off, err := run(patched, "off,stats=1")
	if err != nil {
		return err
	}

	same, err := judge(a, b, off)
	table(os.Stdout, median(a), median(b), off, same)
	return err
}

// build makes the two binaries in dir.
func build(dir string) (plain, patched string, err error) {
	greenify := os.Getenv("GREENIFY_CMD")
	if greenify == "" {
		greenify = filepath.Join(dir, "greenify")
		if err := command(".", "go", "build", "-o", greenify, "./cmd/greenify"); err != nil {
			return "", "", err
		}
	} else if greenify, err = exec.LookPath(greenify); err != nil {
		return "", "", fmt.Errorf("GREENIFY_CMD: %w", err)
	} else if greenify, err = filepath.Abs(greenify); err != nil {
		return "", "", err
	}
	plain, patched = filepath.Join(dir, "plain"), filepath.Join(dir, "patched")
	if err := command(service, "go", "build", "-o", plain, "."); err != nil {
		return "", "", err
	}
	return plain, patched, command(service, greenify, "build", "-o", patched, ".")
}

// command runs a build step whose messages go to the user.
func command(dir string, args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// result is one run of the service.
type result struct {
	report  string // what must be the same in every run
	elapsed time.Duration
	updates int
	lost    int
	figures []figure // GREENIFY=stats=1, in its order
}

type figure struct{ key, value string }

func (r result) figure(key string) string {
	for _, f := range r.figures {
		if f.key == key {
			return f.value
		}
	}
	return "-"
}

// run runs the service and reads what it printed.
func run(path, greenify string) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(os.Environ(), "GREENIFY="+greenify)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("still running after %v", patient)
		}
		return result{}, fmt.Errorf("%s with GREENIFY=%s: %w\n%s", filepath.Base(path), greenify, err, &stderr)
	}

	report, measured, _ := strings.Cut(stdout.String(), "\n\n")
	r := result{report: report}
	var errs [3]error
	r.elapsed, errs[0] = time.ParseDuration(field(measured, "elapsed: "))
	r.updates, errs[1] = strconv.Atoi(field(measured, "updates: "))
	r.lost, errs[2] = strconv.Atoi(field(measured, "lost updates: "))
	for _, kv := range strings.Fields(field(stderr.String(), "greenify: ")) {
		key, value, _ := strings.Cut(kv, "=")
		r.figures = append(r.figures, figure{key, value})
	}
	return r, errors.Join(errs[:]...)
}

// field returns the rest of the line that starts with prefix.
func field(text, prefix string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// median returns the run that took neither long nor short.
func median(rs []result) result {
	rs = slices.SortedFunc(slices.Values(rs), func(a, b result) int { return cmp.Compare(a.elapsed, b.elapsed) })
	return rs[len(rs)/2]
}

// judge reports whether all runs, not only those that are shown, printed the
// same, and what is wrong with them.
func judge(plain, patched []result, off result) (same bool, err error) {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	same = true
	check := func(name string, r result) {
		if want := plain[0].report; r.report != want {
			same = false
			wrong("%s printed:\n%s\nwhere plain printed:\n%s", name, r.report, want)
		}
		if r.elapsed > limit {
			wrong("%s took %v for the requests, more than %v", name, r.elapsed, limit)
		}
	}
	for _, r := range plain {
		check("plain", r)
	}
	check("patched with GREENIFY=off", off)
	for _, r := range patched {
		check("patched", r)
		if r.lost != 0 {
			wrong("patched lost %d updates: green threads ran at the same time, or were interrupted", r.lost)
		}
		if n := r.figure("threads"); n == "-" || n == "0" {
			wrong("patched had no green threads: is GREENIFY_CMD greenify?")
		}
		if n := r.figure("mthreads"); n != "-" && n != "1" {
			wrong("patched ran user code on %s OS threads at once, not on 1", n)
		}
	}
	return same, errors.Join(errs...)
}
