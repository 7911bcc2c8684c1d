package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/greenify-go/greenify/testdata/fuzz/gen"
)

type runner struct {
	greenify, repo string
	timeout        time.Duration
	verbose        bool
}

// An outcome is what a run did.
type outcome struct {
	stdout, exit string
	verdict      string // what it says of a panic or a deadlock
	stderr       string
}

// A difference is a run that did something else than the plain program.
type difference struct {
	door      door
	env       []string
	got, want outcome
}

// how is what of the outcome differs.
func (d *difference) how() string {
	switch {
	case d.got.exit != d.want.exit:
		return "ends with " + d.got.exit + ", not " + d.want.exit
	case d.got.verdict != d.want.verdict:
		return "verdict"
	}
	return "output"
}

func (d *difference) String() string {
	stderr := d.got.stderr
	if lines := strings.SplitAfterN(stderr, "\n", 41); len(lines) > 40 {
		stderr = strings.Join(lines[:40], "") + "...\n"
	}
	return fmt.Sprintf("%s %v\ngot  %q, says %q, prints\n%s\nwant %q, says %q, prints\n%s\nstderr:\n%s", d.how(), d.env,
		d.got.exit, d.got.verdict, d.got.stdout, d.want.exit, d.want.verdict, d.want.stdout, stderr)
}

// same reports whether two runs did the same.
func (o outcome) same(p outcome) bool {
	return o.stdout == p.stdout && o.exit == p.exit && o.verdict == p.verdict
}

// compare runs programs by the doors and returns, for each, how it differs from the plain program, or nil.
func (r *runner) compare(programs []*gen.Program, list []door) (found []*difference, runs int, err error) {
	dir, err := os.MkdirTemp("", "greenify-fuzz-")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	src := filepath.Join(dir, "src")
	if err := r.write(src, programs); err != nil {
		return nil, 0, err
	}
	found = make([]*difference, len(programs))
	want := make([]outcome, len(programs))
	for n, d := range append([]door{plain}, list...) {
		begin := time.Now()
		bin, broken, err := r.make(d, dir, src, programs)
		if err != nil {
			return nil, runs, err
		}
		built := time.Since(begin)
		for k, env := range d.runs {
			got := r.all(bin, env, len(programs))
			runs += len(programs)
			for i := range programs {
				if !d.races {
					should := &want[i]
					if n == 0 && k == 0 {
						should = nil
					}
					o, again := r.again(bin, env, i, got[i], should)
					if again > 0 {
						fmt.Printf("seed %d by door %s %v: all goroutines wait, which was overlooked; run again, %d times\n", programs[i].Seed, d.name, env, again)
					}
					got[i] = o
					runs += again
				}
				switch {
				case n == 0 && k == 0:
					want[i] = got[i]
				case broken[i] != "":
					got[i] = outcome{exit: "no binary", verdict: broken[i]}
				}
				// The race detector needs C, with which Go does not see that all goroutines wait.
				if d.races && !strings.Contains(got[i].stderr, "WARNING: DATA RACE") {
					continue
				}
				if found[i] == nil && !got[i].same(want[i]) {
					found[i] = &difference{d, env, got[i], want[i]}
				}
			}
		}
		if r.verbose {
			fmt.Printf("%s: built in %d s, ran in %d s\n", d.name, int(built.Seconds()), int((time.Since(begin) - built).Seconds()))
		}
	}
	return found, runs, nil
}

// retries is how often a program is run again whose deadlock was overlooked.
//
// Go overlooks about one in a hundred of those behind a connection. The thread that finds in the
// poller what the last goroutine waits for counts this goroutine off late: findRunnable sets lastpoll
// before it calls netpollAdjustWaiters, and its poll without waiting does not keep others out at
// all. A thread that becomes idle in between sees a waiter and sleeps in the poller, for ever: no
// descriptor has a waiter any more. To checkdead it is a thread that runs. The order is meant:
// a goroutine that is counted off before it is ready looks like a deadlock (go.dev/issue/61454). The
// patched runtime has all this from Go, with the hub and without.
//
// A program whose deadlock is overlooked each time differs. That it was overlooked is always printed:
// a patch that makes this frequent shows there.
const retries = 3

// again runs a program again whose deadlock was overlooked. It returns what the program did in the
// end, and the number of runs. Only a program that should end by a deadlock is run again, or whose
// first run it was, which has no want: elsewhere, that all wait is a fault.
func (r *runner) again(bin string, env []string, i int, got outcome, want *outcome) (outcome, int) {
	n := 0
	for n < retries && overlooked(got) && (want == nil || asleep.MatchString(want.stderr)) {
		got = r.run(bin, env, i)
		n++
	}
	return got, n
}

var (
	header = regexp.MustCompile(`(?m)^goroutine [1-9].*? \[(.*)\]:$`)
	waits  = regexp.MustCompile(`^(chan receive|chan send|select|semacquire|sync\.|coroutine|force gc \(idle\)|GC sweep wait|` +
		`GC scavenge wait|GC worker \(idle\)|GOMAXPROCS updater \(idle\)|finalizer wait|cleanup wait)`)
)

// overlooked reports whether a run had no end though all goroutines wait for each other, by the
// stacks that it printed. None may be ready, in a call, sleep, or wait for a descriptor.
func overlooked(o outcome) bool {
	goroutines := header.FindAllStringSubmatch(o.stderr, -1)
	return o.exit == "no end" && len(goroutines) > 0 &&
		!slices.ContainsFunc(goroutines, func(m []string) bool { return !waits.MatchString(m[1]) })
}

// all runs the first n programs of a binary, four at once on a processor: they wait for three quarters
// of their time.
func (r *runner) all(bin string, env []string, n int) []outcome {
	list := make([]outcome, n)
	var wg sync.WaitGroup
	free := make(chan bool, 4*runtime.NumCPU())
	for i := range list {
		free <- true
		wg.Go(func() {
			list[i] = r.run(bin, env, i)
			<-free
		})
	}
	wg.Wait()
	return list
}

// run runs one program of a binary.
func (r *runner) run(bin string, env []string, i int) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, strconv.Itoa(i))
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // shows who waits for what
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	o := outcome{stdout: stdout.String(), stderr: stderr.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		o.exit = "no end"
		return o
	case err != nil && !errors.As(err, &exit):
		o.exit = err.Error()
		return o
	}
	o.exit = cmd.ProcessState.String()
	o.verdict = verdict(o.stderr)
	return o
}

var (
	report  = regexp.MustCompile(`(?m)^greenify: .*\n(\t.*\n)*`)
	asleep  = regexp.MustCompile(`(?m)(all goroutines are asleep - deadlock!)\n(\t.*\n)*`)
	address = regexp.MustCompile(`0x[0-9a-f]+`)
)

// verdict is what a program says when it ends, but for
//
//   - the stacks of its goroutines: in source they have other lines and functions,
//   - addresses, which no two runs share,
//   - what the hub reports, by lines of its own: it is not the program's,
//   - who waits for what, in a deadlock of a whole program.
func verdict(stderr string) string {
	said := asleep.ReplaceAllString(report.ReplaceAllString(stderr, ""), "$1\n")
	said, _, _ = strings.Cut("\n"+said, "\ngoroutine ")
	return strings.TrimSpace(address.ReplaceAllString(said, "0x"))
}
