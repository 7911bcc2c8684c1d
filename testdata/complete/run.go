package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A run is one program on one side, once.
type run struct {
	context.Context
	program string // the binary, or the folder of them
	patched bool
	dir     string // of its own, empty at first
	env     []string

	loads []load
	ends  []end
	live  []*process

	memory float64       // the most that commands had
	cpu    time.Duration // of commands
}

// A load is what clients asked, and what came of it.
type load struct {
	name    string
	took    time.Duration   // all of it
	each    []time.Duration // sorted; none if there is only one operation
	answers []string        // by operation
}

// An end is how a process ended.
type end struct {
	status string
	took   time.Duration // from SIGTERM on
	memory float64       // the most it had, in MiB
	cpu    time.Duration
}

// run runs the program in a new folder.
func (p *program) run(ctx context.Context, s side, dir string, round int) (*run, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, *limit, fmt.Errorf("not over in %v", *limit))
	defer cancel()
	r := &run{
		Context: ctx,
		program: p.binary(dir, s.patched),
		patched: s.patched,
		dir:     filepath.Join(dir, "run"),
		env:     append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", s.procs), "GREENIFY=", "HOME="+dir),
	}
	if *keep != "" {
		name := fmt.Sprintf("%s-%s-%d", p.name, strings.ReplaceAll(s.name, " ", ""), round)
		r.dir = filepath.Join(*keep, name)
	}
	if err := errors.Join(os.RemoveAll(r.dir), os.MkdirAll(r.dir, 0o777)); err != nil {
		return nil, err
	}
	err := p.drive(r)
	for _, p := range slices.Clone(r.live) { // some are left if it failed
		err = errors.Join(err, p.abort())
	}
	if ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	if *keep == "" {
		err = errors.Join(err, os.RemoveAll(r.dir))
	}
	return r, err
}

// A process is a running program.
type process struct {
	*exec.Cmd
	run    *run
	output string        // the file of what it prints
	ended  chan struct{} // closed when it has
}

// start starts the program.
func (r *run) start(args ...string) (*process, error) {
	return r.startProgram(r.program, args...)
}

func (r *run) startProgram(program string, args ...string) (*process, error) {
	f, err := os.CreateTemp(r.dir, "output")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &process{Cmd: exec.Command(program, args...), run: r, output: f.Name(), ended: make(chan struct{})}
	p.Dir, p.Env, p.Stdout, p.Stderr = r.dir, r.env, f, f
	if err := p.Start(); err != nil {
		return nil, err
	}
	r.live = append(r.live, p)
	go func() {
		p.Wait()
		close(p.ended)
	}()
	return p, nil
}

// abort ends a process of a run that failed: its stacks are part of the error if it hangs.
func (p *process) abort() error {
	p.forget()
	p.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		p.Process.Kill()
		<-p.ended
	}
	text, err := os.ReadFile(p.output)
	return errors.Join(fmt.Errorf("%s: %v\n%s", strings.Join(p.Args, " "), p.ProcessState, middle(text, 20_000)), err)
}

// middle leaves out the middle of a long text.
func middle(text []byte, n int) []byte {
	if len(text) <= n {
		return text
	}
	return slices.Concat(text[:n/2], []byte("\n...\n"), text[len(text)-n/2:])
}

func (p *process) forget() {
	p.run.live = slices.DeleteFunc(p.run.live, func(q *process) bool { return p == q })
}

// stop tells the process to end, and keeps how it does.
func (p *process) stop() error {
	memory, err := p.memory()
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		return fmt.Errorf("%s has not ended a minute after SIGTERM", p.Args[0])
	}
	p.forget()
	p.run.ends = append(p.run.ends, end{
		status: p.ProcessState.String(),
		took:   time.Since(begin),
		memory: memory,
		cpu:    p.ProcessState.UserTime() + p.ProcessState.SystemTime(),
	})
	return nil
}

var highWater = regexp.MustCompile(`VmHWM:\s*(\d+) kB`)

// memory returns the most that the process had, in MiB. What wait4 says is no less than what
// this process had when it started the other.
func (p *process) memory() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		return 0, err
	}
	m := highWater.FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%s has ended: %v", p.Args[0], p.ProcessState)
	}
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	return kb / 1024, err
}

// until waits for something to come true of running processes.
func (r *run) until(what string, f func() error) error {
	limit := time.Now().Add(time.Minute)
	for {
		err := f()
		if err == nil {
			return nil
		}
		for _, p := range r.live {
			select {
			case <-p.ended:
				return fmt.Errorf("no %s: %s has ended", what, p.Args[0])
			default:
			}
		}
		if time.Now().After(limit) || r.Err() != nil {
			return fmt.Errorf("no %s: %w", what, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// load has clients make n operations, all at once, and keeps what they answer and how long they take.
func (r *run) load(name string, clients, n int, op func(client, i int) (answer string, err error)) error {
	l := load{name: name, each: make([]time.Duration, n), answers: make([]string, n)}
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, clients)
	begin := time.Now()
	for c := range clients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || r.Err() != nil {
					return
				}
				begin := time.Now()
				var err error
				if l.answers[i], err = op(c, i); err != nil {
					errs[c] = fmt.Errorf("%s %d: %w", name, i, err)
					next.Add(int64(n)) // the others end
					return
				}
				l.each[i] = time.Since(begin)
			}
		})
	}
	wg.Wait()
	l.took = time.Since(begin)
	slices.Sort(l.each)
	r.loads = append(r.loads, l)
	return errors.Join(append(errs, r.Err())...)
}

// batch keeps what one long operation answers, and how long it takes.
func (r *run) batch(name string, op func() (answers []string, err error)) error {
	l := load{name: name}
	begin := time.Now()
	var err error
	l.answers, err = op()
	l.took = time.Since(begin)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.loads = append(r.loads, l)
	return nil
}

// command runs a program to its end, and keeps how long that takes and what it made.
func (r *run) command(name string, made func() (answers []string, err error), program string, args ...string) error {
	begin := time.Now()
	p, err := r.startProgram(program, args...)
	if err != nil {
		return err
	}
	for over := false; !over; {
		select {
		case <-p.ended:
			over = true
		case <-r.Done():
			return r.Err()
		case <-time.After(5 * time.Millisecond):
			if mib, err := p.memory(); err == nil { // it has not ended just now
				r.memory = max(r.memory, mib)
			}
		}
	}
	l := load{name: name, took: time.Since(begin)}
	if !p.ProcessState.Success() {
		return p.abort()
	}
	p.forget()
	r.cpu += p.ProcessState.UserTime() + p.ProcessState.SystemTime()
	if l.answers, err = made(); err != nil {
		return err
	}
	r.loads = append(r.loads, l)
	return nil
}

// same keeps an answer whose time does not matter.
func (r *run) same(name string, answers ...string) {
	r.loads = append(r.loads, load{name: name, took: math.MaxInt64, answers: answers})
}

// get returns a page.
func get(c *http.Client, url string) (string, error) {
	a, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, a.Status)
	}
	return string(text), err
}

// sorted returns the lines of a map.
func sorted(m map[string]string) []string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, k+": "+m[k])
	}
	return lines
}

// free returns an address on the loopback that nobody listens on.
func free() (host string, port int, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, err
	}
	defer l.Close()
	port = l.Addr().(*net.TCPAddr).Port
	return fmt.Sprintf("127.0.0.1:%d", port), port, nil
}
