package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/greenify-go/greenify/rewrite/explore"
)

// A search in several processes: -isolate gives each test one of its own, -procs has so many run
// side by side, each with a part of the seeds. (-parallel is go test's: how many tests that call
// t.Parallel run at once, in each schedule.)

// A simPart is what one process does.
type simPart struct {
	name     string // of its files
	args     []string
	from, to uint64
	stdout   io.Writer
	stderr   io.Writer
	kept     bytes.Buffer // what it printed, if that is to be shown when it is its turn
	said     bytes.Buffer
	code     int
	err      error
}

// searchAll is search, in as many processes as was asked for. What they print is shown one
// behind the other.
func (x *simRun) searchAll(name string, from, to uint64, stdout, stderr io.Writer, environ []string, kept bool) (code int, results []explore.Result, err error) {
	parts, err := x.parts(name, from, to)
	if err != nil {
		return 0, nil, err
	}
	total := &simTotal{}
	free := make(chan struct{}, max(1, x.procs))
	var all sync.WaitGroup
	for i, p := range parts {
		p.stdout, p.stderr = stdout, stderr
		if len(parts) > 1 {
			p.stdout, p.stderr = &p.kept, &p.said
		}
		free <- struct{}{}
		if i > 0 && (x.over.Load() || x.timeout()) {
			<-free
			parts = parts[:i]
			break
		}
		all.Go(func() {
			defer func() { <-free }()
			options := fmt.Sprintf("%s,from=%d,to=%d", getenv(x.environ, "GREENIFY_SIM"), p.from, p.to)
			p.code, p.err = x.search(p.name, p.args, p.stdout, p.stderr, append(slices.Clone(environ), "GREENIFY_SIM="+options))
		})
	}
	all.Wait()
	for i, p := range parts {
		if p.err != nil {
			return 0, nil, p.err
		}
		code = cmp.Or(code, p.code)
		if len(parts) > 1 {
			// Those of the same tests say the same, if nothing is wrong.
			if i == 0 || p.code != exitOK || x.isolate {
				stdout.Write(p.kept.Bytes())
			}
			stderr.Write(total.take(p.said.Bytes()))
		}
		more, err := x.results(p.name)
		if err != nil {
			return 0, nil, err
		}
		results = append(results, more...)
		if kept {
			if err := x.keep(p.name); err != nil {
				return 0, nil, err
			}
		}
	}
	if len(parts) > 1 {
		total.write(stderr, len(parts), x.isolate)
	}
	return code, results, nil
}

// parts are what the processes do.
func (x *simRun) parts(name string, from, to uint64) (parts []*simPart, err error) {
	if x.isolate {
		tests, err := x.tests()
		if err != nil {
			return nil, err
		}
		_, rest := splitRun(x.flag("run"))
		for i, test := range tests {
			args := append([]string{"-test.run=^" + test + "$" + rest}, slices.DeleteFunc(slices.Clone(x.args), func(arg string) bool { return strings.HasPrefix(arg, "-test.run=") })...)
			parts = append(parts, &simPart{name: fmt.Sprint(name, ".", i), args: args, from: from, to: to})
		}
		if len(parts) > 0 {
			return parts, nil
		}
	}
	n := uint64(1)
	if !x.isolate {
		n = min(max(1, uint64(x.procs)), to-from+1)
	}
	for i := range n {
		all := to - from + 1
		parts = append(parts, &simPart{name: fmt.Sprint(name, ".", i), args: slices.Clone(x.args), from: from + all*i/n, to: from + all*(i+1)/n - 1})
	}
	return parts, nil
}

// flag is the value of a flag of the test binary.
func (x *simRun) flag(name string) string {
	for _, arg := range x.args {
		if value, ok := strings.CutPrefix(arg, "-test."+name+"="); ok {
			return value
		}
	}
	return ""
}

// tests are those that -run and -skip choose.
func (x *simRun) tests() ([]string, error) {
	list := func(pattern string) ([]string, error) {
		var out, said bytes.Buffer
		cmd := exec.Command(x.binary, "-test.list="+cmp.Or(pattern, "."))
		cmd.Env, cmd.Stdout, cmd.Stderr = x.environ, &out, &said
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("cannot list the tests: %w\n%s%s", err, &out, &said)
		}
		return slices.DeleteFunc(strings.Fields(out.String()), func(name string) bool { return !testName.MatchString(name) }), nil
	}
	run, _ := splitRun(x.flag("run"))
	tests, err := list(run)
	if err != nil || x.flag("skip") == "" {
		return tests, err
	}
	if skip, rest := splitRun(x.flag("skip")); rest == "" {
		skipped, err := list(skip)
		if err != nil {
			return nil, err
		}
		tests = slices.DeleteFunc(tests, func(name string) bool { return slices.Contains(skipped, name) })
	}
	return tests, nil
}

var testName = regexp.MustCompile(`^(Test|Fuzz|Example)`)

// splitRun splits a pattern of -run as package testing does: what is for tests, and the slash and what is
// for their sub-tests.
func splitRun(pattern string) (test, rest string) {
	depth := 0
	for i, c := range pattern {
		switch c {
		case '[', '(':
			depth++
		case ']', ')':
			depth--
		case '/':
			if depth == 0 {
				return pattern[:i], pattern[i:]
			}
		}
	}
	return pattern, ""
}

// checkProcs returns an error for what several processes cannot share.
func (x *simRun) checkProcs() error {
	if x.procs <= 1 && !x.isolate {
		return nil
	}
	for _, arg := range x.args {
		flag, value, _ := strings.Cut(strings.TrimPrefix(arg, "-test."), "=")
		if strings.HasSuffix(flag, "profile") || flag == "trace" {
			return refused(fmt.Errorf("-%s has one file, %s, and -procs and -isolate have several processes: take them away", flag, value))
		}
	}
	if getenv(x.environ, "XML_OUTPUT_FILE") != "" {
		return refused(errors.New("XML_OUTPUT_FILE is one file, and -procs and -isolate have several processes: take them away"))
	}
	return nil
}

// keep appends results to the file of -results.
func (x *simRun) keep(name string) error {
	path := getenv(x.environ, "GREENIFY_SIM_RESULTS")
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(x.tmp, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("cannot write the results: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("cannot write the results: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("cannot write the results: %w", err)
	}
	return nil
}

// A simTotal sums up what processes say that they have done.
type simTotal struct{ tests, schedules, different, orderings, late int }

var totalLine = regexp.MustCompile(`(?m)^greenify: tests: (\d+), schedules: (\d+), different ones: (\d+), orderings: (\d+), new in the last tenth: (\d+)(?:, shard \S+)?\n`)

// take takes these lines out of what was printed.
func (t *simTotal) take(text []byte) []byte {
	for _, m := range totalLine.FindAllSubmatch(text, -1) {
		n := func(i int) int { n, _ := strconv.Atoi(string(m[i])); return n }
		t.tests += n(1)
		t.schedules += n(2)
		t.different += n(3)
		t.orderings += n(4)
		t.late += n(5)
	}
	return totalLine.ReplaceAll(text, nil)
}

// write says it of all. Processes that share the seeds run the same tests, and do not know which of
// their schedules and orderings are the same.
func (t *simTotal) write(w io.Writer, processes int, isolate bool) {
	if isolate {
		fmt.Fprintf(w, "greenify: tests: %d, schedules: %d, different ones: %d, orderings: %d, new in the last tenth: %d, processes: %d\n", t.tests, t.schedules, t.different, t.orderings, t.late, processes)
	} else if t.tests > 0 {
		fmt.Fprintf(w, "greenify: schedules: %d, processes: %d\n", t.schedules, processes)
	}
}
