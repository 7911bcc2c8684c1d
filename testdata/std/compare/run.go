package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/greenify-go/greenify/testdata/std/internal/tool"
)

// whole stands for the package itself where a test's name is expected:
// TestMain, examples that os.Exit, a crash between tests.
const whole = "(package)"

// How a test ended. A test that the run never reached has no outcome, "".
const (
	pass = "pass"
	fail = "fail"
	skip = "skip"
	hang = "hang" // still running when the time was up, or when the process died
)

// suite is what one or more runs of a package's tests said.
type suite struct {
	outcome map[string]string
	failed  map[string]bool    // those that failed in one of the runs of -count
	seconds map[string]float64 // how long a test that ended took
	output  map[string][]string
	took    time.Duration
}

func newSuite() *suite {
	return &suite{outcome: map[string]string{}, failed: map[string]bool{}, seconds: map[string]float64{}, output: map[string][]string{}}
}

// event is what test2json prints (go doc test2json).
type event struct {
	Action  string
	Test    string
	Elapsed float64
	Output  string
}

// varying is what is another one in each process: a pointer, a UUID.
var varying = regexp.MustCompile("0x[0-9a-f]{6,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

// add takes one event. The stream names the package by leaving Test empty.
func (s *suite) add(e event) {
	if e.Test == "" {
		e.Test = whole
	}
	e.Test = varying.ReplaceAllString(e.Test, "0x0")
	switch e.Action {
	case "run":
		s.outcome[e.Test] = "run"
	case "pause":
		s.outcome[e.Test] = "pause"
	case "cont":
		s.outcome[e.Test] = "run"
	case pass, fail, skip:
		s.failed[e.Test] = s.failed[e.Test] || e.Action == fail
		s.outcome[e.Test] = e.Action
		if s.failed[e.Test] {
			s.outcome[e.Test] = fail
		}
		s.seconds[e.Test] = e.Elapsed
	case "output", "build-output":
		s.output[e.Test] = append(s.output[e.Test], e.Output)
	}
}

// finish turns the tests that were running when the process ended into hangs,
// of a test and its subtests only the innermost, and forgets those that were
// waiting for their turn.
func (s *suite) finish() (hung []string) {
	open := func(o string) bool { return o == "run" || o == "pause" }
	for name, o := range s.outcome {
		if o != "run" {
			continue
		}
		inner := false
		for sub, o := range s.outcome {
			inner = inner || strings.HasPrefix(sub, name+"/") && open(o)
		}
		if !inner {
			hung = append(hung, name)
		}
	}
	for name, o := range s.outcome {
		if open(o) {
			delete(s.outcome, name)
		}
	}
	for _, name := range hung {
		s.outcome[name] = hang
	}
	slices.Sort(hung)
	return hung
}

// count returns how many tests, subtests included, had outcome o.
func (s *suite) count(o string) int {
	n := 0
	for name, got := range s.outcome {
		if got == o && name != whole {
			n++
		}
	}
	return n
}

// runner runs tests with one go command.
type runner struct {
	command string // go or greenify
	short   bool
	dir     string   // where it runs
	flags   []string // more flags of go test
	env     []string // more of its environment
}

// buildTime is how long the build before a run may take, a cold one of std
// included; grace is the time between the test's own alarm and the signals.
const (
	buildTime = 15 * time.Minute
	grace     = 10 * time.Second
)

// once runs the tests of pkg that are in only (all if it is nil), without those in
// without. The clock starts when the tests do, not when their build does.
func (r runner) once(ctx context.Context, pkg string, only, without []string, limit time.Duration) (s *suite, hung []string, err error) {
	args := []string{"test", "-json", "-count=1", fmt.Sprint("-short=", r.short), fmt.Sprint("-timeout=", limit)}
	args = append(args, r.flags...)
	if only != nil {
		args = append(args, "-run="+patterns(only))
	}
	if len(without) > 0 {
		args = append(args, "-skip="+patterns(without))
	}
	cmd := exec.Command(r.command, append(args, pkg)...)
	cmd.Dir, cmd.Env = r.dir, append(tool.Environ(), r.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	// A child that a killed test leaves behind may hold the pipes.
	cmd.WaitDelay = grace
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	// The test's own alarm (-timeout) is a goroutine. A busy loop of a green
	// thread never lets it run, so a little later the whole process group is
	// asked for its stacks, then killed.
	kill := func(sig syscall.Signal) func() {
		return func() { syscall.Kill(-cmd.Process.Pid, sig) }
	}
	quit := time.AfterFunc(buildTime, kill(syscall.SIGQUIT))
	end := time.AfterFunc(buildTime+grace, kill(syscall.SIGKILL))
	defer quit.Stop()
	defer end.Stop()
	defer context.AfterFunc(ctx, kill(syscall.SIGKILL))()

	s = newSuite()
	started := time.Now()
	ran := false
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				e = event{Action: "output", Output: string(line)}
			}
			if e.Action == "start" {
				ran = true
				started = time.Now()
				quit.Reset(limit + grace)
				end.Reset(limit + 2*grace)
			}
			s.add(e)
		}
		if err != nil {
			break
		}
	}
	err = cmd.Wait()
	s.took = time.Since(started)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, nil, err
	}
	if !ran || s.outcome[whole] == "" && len(s.outcome) == 0 {
		return nil, nil, fmt.Errorf("%s %s: no test ran\n%s%s", r.command, strings.Join(cmd.Args[1:], " "), stderr.String(), strings.Join(s.output[whole], ""))
	}
	if s.outcome[whole] == "" {
		s.outcome[whole] = fail
	}
	return s, s.finish(), nil
}

// rounds is how often a package is started over after tests that hang or take
// the process down.
const rounds = 6

// all runs every test of pkg but those in without. Tests that hang, or fail in
// a process that then did not reach every test of expect, are left out of the
// next round.
func (r runner) all(ctx context.Context, pkg string, without []string, expect *suite, limit time.Duration) (*suite, error) {
	total := newSuite()
	for range rounds {
		s, hung, err := r.once(ctx, pkg, nil, without, limit)
		if err != nil {
			return nil, err
		}
		total.merge(s)
		culprits := hung
		if len(culprits) == 0 && expect != nil && !total.reached(expect, without) {
			for name, o := range s.outcome {
				if o == fail && name != whole {
					culprits = append(culprits, name)
				}
			}
		}
		if len(culprits) == 0 {
			break
		}
		without = append(slices.Clip(without), culprits...)
	}
	return total, nil
}

// merge adds a later run. What failed once has failed; for the package itself
// the last run counts, because it was free of the culprits.
func (s *suite) merge(later *suite) {
	for name, o := range later.outcome {
		if was := s.outcome[name]; name == whole || was != fail && was != hang {
			s.outcome[name] = o
			s.seconds[name] = later.seconds[name]
			s.output[name] = later.output[name]
		}
	}
	s.took += later.took
}

// reached reports whether s has an outcome for each top-level test that expect
// has one for, apart from those left out.
func (s *suite) reached(expect *suite, without []string) bool {
	for name := range expect.outcome {
		if s.outcome[name] == "" && !strings.Contains(name, "/") && !slices.Contains(without, name) {
			return false
		}
	}
	return true
}

// skipped lists the tests that were skipped, without their subtests, and reports whether all others passed.
func (s *suite) skipped() (tests []string, clear bool) {
	for name, o := range s.outcome {
		switch top, _, _ := strings.Cut(name, "/"); {
		case o == skip && name != whole && !slices.Contains(tests, top):
			tests = append(tests, top)
		case o != pass && o != skip:
			return nil, false
		}
	}
	slices.Sort(tests)
	return tests, true
}

// patterns is the -run or -skip pattern of exactly these tests.
func patterns(names []string) string {
	var all []string
	for _, name := range names {
		var parts []string
		for _, p := range strings.Split(name, "/") {
			parts = append(parts, "^"+regexp.QuoteMeta(p)+"$")
		}
		all = append(all, strings.Join(parts, "/"))
	}
	return strings.Join(all, "|")
}
