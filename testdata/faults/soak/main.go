// Command soak runs a patched server and a patched client in processes of their own for a while,
// with kills, timeouts, clients that come again, children, pipes, timers, names and TLS, and beside
// them a second server, which is killed every 20 seconds. It looks at them every 10 seconds, and demands that
// memory, descriptors and threads do not grow, and that the hub is empty in the end. Run it from the
// top of the repository, with the command greenify:
//
//	go run ./testdata/faults/soak -greenify .cache/greenify -for 30m
//
// Exit status: 0 all is as it should be, 1 it is not.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	greenify := flag.String("greenify", ".cache/greenify", "the `command` greenify")
	long := flag.Duration("for", 30*time.Minute, "run for that `long`")
	output := flag.String("o", "", "write the table to this `file`, too")
	flag.Parse()
	var text strings.Builder
	err := soak(io.MultiWriter(os.Stdout, &text), *greenify, *long)
	if *output != "" {
		err = errors.Join(err, os.WriteFile(*output, []byte(text.String()), 0o666))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// A sample is what a process has at one time.
type sample struct {
	at             time.Duration
	resident       int64 // bytes
	fds, os, green int
	done, failed   int64
	processor      time.Duration // used until then
}

// A process is one that is looked at.
type process struct {
	name    string
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   *bufio.Scanner
	samples []sample
}

func start(name, program string, args ...string) (*process, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "GREENIFY") }), "GREENIFY=deadlock=5s")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{name: name, cmd: cmd, in: in, lines: bufio.NewScanner(out)}, cmd.Start()
}

func (p *process) read() (string, error) {
	if !p.lines.Scan() {
		return "", fmt.Errorf("the %s says nothing more", p.name)
	}
	return p.lines.Text(), nil
}

// look takes a sample.
func (p *process) look(at time.Duration) error {
	fmt.Fprintln(p.in)
	text, err := p.read()
	if err != nil {
		return err
	}
	s := sample{at: at}
	if _, err := fmt.Sscan(text, &s.green, &s.done, &s.failed); err != nil {
		return fmt.Errorf("the %s says %q: %w", p.name, text, err)
	}
	proc := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	fds, err := os.ReadDir(proc + "fd")
	if err != nil {
		return err
	}
	s.fds = len(fds)
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		switch f[0] {
		case "VmRSS:":
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			s.resident = kb << 10
		case "Threads:":
			s.os, _ = strconv.Atoi(f[1])
		}
	}
	stat, err := os.ReadFile(proc + "stat")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	s.processor = time.Duration(user+system) * 10 * time.Millisecond
	p.samples = append(p.samples, s)
	return nil
}

// end has the process end by itself, and returns how many threads it has left.
func (p *process) end() (left int, err error) {
	p.in.Close()
	hang := time.AfterFunc(10*time.Minute, func() { p.cmd.Process.Signal(syscall.SIGQUIT) })
	defer hang.Stop()
	text, err := p.read()
	if err == nil {
		_, err = fmt.Sscanf(text, "left %d", &left)
	}
	return left, errors.Join(err, p.cmd.Wait())
}

func soak(w io.Writer, greenify string, long time.Duration) error {
	dir, err := os.MkdirTemp("", "greenify-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if greenify, err = filepath.Abs(greenify); err != nil {
		return err
	}
	worker := filepath.Join(dir, "worker")
	if out, err := exec.Command(greenify, "build", "-o", worker, "./testdata/faults/soak/worker").CombinedOutput(); err != nil {
		return fmt.Errorf("greenify build: %w\n%s", err, out)
	}
	server, err := start("server", worker, "server")
	if err != nil {
		return err
	}
	defer server.cmd.Process.Kill()
	ports, err := server.read()
	if err != nil {
		return err
	}
	f, err := newFlaky(worker)
	if err != nil {
		return err
	}
	defer f.stop()
	client, err := start("client", worker, slices.Concat([]string{"client"}, strings.Fields(ports), f.addresses)...)
	if err != nil {
		return err
	}
	defer client.cmd.Process.Kill()

	every := min(10*time.Second, long/30)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	killed := time.NewTicker(min(20*time.Second, long/6))
	defer killed.Stop()
	kills := 0
	begin := time.Now()
	watched := []*process{server, client}
	for time.Since(begin) < long {
		select {
		case <-killed.C:
			if err := f.restart(); err != nil {
				return err
			}
			kills++
		case <-ticker.C:
			at := time.Since(begin).Round(time.Second)
			for _, p := range watched {
				if err := p.look(at); err != nil {
					return err
				}
			}
		}
	}
	f.stop()
	var failed error
	leftClient, err := client.end()
	failed = errors.Join(failed, err)
	leftServer, err := server.end()
	failed = errors.Join(failed, err)
	return errors.Join(failed, table(w, watched, []int{leftServer, leftClient}, long, kills))
}

// A flaky server is killed and started again, on the same ports.
type flaky struct {
	program   string
	proc      *process
	addresses []string
}

func newFlaky(program string) (*flaky, error) {
	f := &flaky{program: program}
	return f, f.restart()
}

func (f *flaky) stop() {
	if f.proc != nil {
		f.proc.cmd.Process.Kill()
		f.proc.cmd.Wait()
		f.proc = nil
	}
}

func (f *flaky) restart() error {
	f.stop()
	p, err := start("second server", f.program, append([]string{"server"}, f.addresses...)...)
	if err != nil {
		return err
	}
	f.proc = p
	addresses, err := p.read()
	f.addresses = strings.Fields(addresses)
	return err
}

// table prints the samples, at most 30 of them, and what has grown.
func table(w io.Writer, watched []*process, left []int, long time.Duration, kills int) (failed error) {
	fmt.Fprintf(w, "%s, %s/%s, %d processors, %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, p := range watched {
		fmt.Fprintf(t, "\n%s\tMB\tdescriptors\tOS threads\tgreen threads\trequests\tfailed\tprocessor\t\n", p.name)
		line := func(name string, s sample) {
			fmt.Fprintf(t, "%s\t%.1f\t%d\t%d\t%d\t%d\t%d\t%.1f s\t\n", name, float64(s.resident)/(1<<20), s.fds, s.os, s.green, s.done, s.failed, s.processor.Seconds())
		}
		step := max(1, len(p.samples)/30)
		for i := step - 1; i < len(p.samples); i += step {
			line(p.samples[i].at.String(), p.samples[i])
		}
		warm := p.samples[len(p.samples)/10:]
		third := len(warm) / 3
		if third == 0 {
			return errors.New("too few samples")
		}
		first, last := median(warm[:third]), median(warm[len(warm)-third:])
		line("first third", first)
		line("last third", last)
		// How many requests there are at a moment depends on what else the machine does: what is
		// left of them shows in the least that there is at any moment, too.
		leastFirst, leastLast := least(warm[:third]), least(warm[len(warm)-third:])
		line("least in first", leastFirst)
		line("least in last", leastLast)
		if n := p.samples[len(p.samples)-1]; n.failed > 0 || n.done == 0 {
			failed = errors.Join(failed, fmt.Errorf("%s: %d of %d requests failed", p.name, n.failed, n.done))
		}
		for _, c := range []struct {
			name        string
			first, last float64
			factor, and float64 // what may be more: the collector's pace, and a request more or less at the moment
		}{
			{"MB", float64(first.resident) / (1 << 20), float64(last.resident) / (1 << 20), 1.1, 2},
			{"descriptors", float64(leastFirst.fds), float64(leastLast.fds), 1.05, 2},
			{"OS threads", float64(first.os), float64(last.os), 1, 5}, // none ever ends, of those that system calls had at once
			{"green threads", float64(leastFirst.green), float64(leastLast.green), 1.05, 2},
		} {
			if c.last > c.first*c.factor+c.and {
				failed = errors.Join(failed, fmt.Errorf("%s: %s have grown from %.1f to %.1f", p.name, c.name, c.first, c.last))
			}
		}
	}
	t.Flush()
	fmt.Fprintf(w, "\n%v; the second server was killed %d times; threads left in the end: server %d, client %d\n", long, kills, left[0], left[1])
	for i, n := range left {
		if n > 0 {
			failed = errors.Join(failed, fmt.Errorf("%s: %d threads are left in the hub", watched[i].name, n))
		}
	}
	return failed
}

// median is the median of each column.
func median(list []sample) (m sample) {
	m.resident = middle(list, func(s sample) int64 { return s.resident })
	m.fds = middle(list, func(s sample) int { return s.fds })
	m.os = middle(list, func(s sample) int { return s.os })
	m.green = middle(list, func(s sample) int { return s.green })
	last := list[len(list)-1]
	m.done, m.failed, m.processor = last.done, last.failed, last.processor
	return m
}

// least is the least of each column but the last three, which are those of the end.
func least(list []sample) sample {
	m := list[len(list)-1]
	for _, s := range list {
		m.resident, m.fds, m.os, m.green = min(m.resident, s.resident), min(m.fds, s.fds), min(m.os, s.os), min(m.green, s.green)
	}
	return m
}

func middle[T int | int64](list []sample, of func(sample) T) T {
	var all []T
	for _, s := range list {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
