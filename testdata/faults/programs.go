package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

// victims builds the victim by plain Go and by greenify, once.
var victims = sync.OnceValues(func() (paths [2]string, err error) {
	dir := *cache + "-victims"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return paths, err
	}
	for i, tool := range []string{"go", *greenify} {
		paths[i] = filepath.Join(dir, sides[i])
		cmd := exec.Command(tool, "build", "-o", paths[i], "./testdata/faults/victim")
		cmd.Env = append(os.Environ(), "GREENIFYCACHE="+*cache)
		if out, err := cmd.CombinedOutput(); err != nil {
			return paths, fmt.Errorf("%s build: %w\n%s", filepath.Base(tool), err, out)
		}
	}
	return paths, nil
})

var sides = [2]string{"plain", "patched"}

// A seen is what one side of the victim did.
type seen struct {
	out, stderr string
	code        string
	took        time.Duration
	peak        int64 // resident, bytes
}

// cases of a victim that ends by itself.
type limit struct {
	name string
	args string
	env  []string
	// around makes the command line that sets the limit, and takes away what that needs.
	around func(argv []string) (more []string, done func(), err error)
	code   string // how it ends
	most   int64  // megabytes that it may have; 0: not looked at
}

// limits runs programs that lack something, plain and patched, and demands that both print the same.
func limits(w io.Writer) error {
	paths, err := victims()
	if err != nil {
		return err
	}
	list := []*limit{
		{name: "64 descriptors", args: "descriptors", code: "0"},
		{name: "GOMEMLIMIT=16MiB", args: "memory", env: []string{"GOMEMLIMIT=16MiB"}, code: "0", most: 24},
		{name: "GOMEMLIMIT=1MiB, less than it holds", args: "memory", env: []string{"GOMEMLIMIT=1MiB"}, code: "0", most: 20},
		{name: "cgroup: 48 MB", args: "memory", env: []string{"GOMEMLIMIT=32MiB"}, code: "0", around: group("memory", "memory.limit_in_bytes", "50331648")},
		{name: "cgroup: 48 MB, takes 1 GB", args: "held", code: "signal: killed", around: group("memory", "memory.limit_in_bytes", "50331648")},
		{name: "cgroup: 1/10 processor", args: "processor", code: "0", around: group("cpu", "cpu.cfs_quota_us", "10000")},
		{name: "cgroup: 30 tasks", args: "processor", code: "0", around: group("pids", "pids.max", "30")},
	}
	var failed error
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "plain\tpatched\tMB, plain\tpatched\tends by\t  what is limited\n")
	for _, l := range list {
		var got [2]seen
		var err error
		for i, path := range paths {
			if got[i], err = l.run(path); err != nil {
				break
			}
		}
		if errors.Is(err, errNoGroup) {
			fmt.Fprintf(t, "-\t-\t-\t-\t-\t  %s: not tried, %v\n", l.name, err)
			continue
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", l.name, err))
			continue
		}
		fmt.Fprintf(t, "%.1f s\t%.1f s\t%d\t%d\t%s\t  %s\n", got[0].took.Seconds(), got[1].took.Seconds(), got[0].peak>>20, got[1].peak>>20, got[1].code, l.name)
		for i, g := range got {
			if g.code != l.code {
				failed = errors.Join(failed, fmt.Errorf("%s, %s: it ends by %s, want %s: %s", l.name, sides[i], g.code, l.code, g.stderr))
			}
			if g.stderr != "" {
				failed = errors.Join(failed, fmt.Errorf("%s, %s: it says %s", l.name, sides[i], g.stderr))
			}
		}
		if got[0].out != got[1].out {
			failed = errors.Join(failed, fmt.Errorf("%s: plain prints\n%sand patched\n%s", l.name, got[0].out, got[1].out))
		}
		if l.most > 0 && got[1].peak>>20 > l.most {
			failed = errors.Join(failed, fmt.Errorf("%s: it takes %d MB, which is more than %d", l.name, got[1].peak>>20, l.most))
		}
	}
	t.Flush()
	return failed
}

func (l *limit) run(path string) (s seen, err error) {
	argv := append([]string{path}, strings.Fields(l.args)...)
	if l.around != nil {
		var done func()
		if argv, done, err = l.around(argv); err != nil {
			return s, err
		}
		defer done()
	}
	return watch(argv, l.env, nil)
}

// watch runs a command to its end. It must not take longer than anybody has patience for. Started is
// called with its process.
func watch(argv, env []string, started func(*os.Process)) (s seen, err error) {
	var out, stderr bytes.Buffer
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &stderr
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "GREENIFY") }), "GREENIFY=deadlock=1s")
	cmd.Env = append(cmd.Env, env...)
	cmd.WaitDelay = 10 * time.Second
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return s, err
	}
	hang := time.AfterFunc(patience, func() { cmd.Process.Signal(syscall.SIGQUIT) })
	defer hang.Stop()
	if started != nil {
		started(cmd.Process)
	}
	err = cmd.Wait()
	s = seen{out: out.String(), stderr: stderr.String(), code: "0", took: time.Since(begin)}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.peak = usage.Maxrss << 10
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		s.code = strings.TrimPrefix(exit.Error(), "exit status ")
		err = nil
	}
	return s, err
}

var errNoGroup = errors.New("no such cgroup (version 1) can be made here")

// group runs a command in a cgroup of its own, which has a limit.
func group(controller, file, value string) func(argv []string) ([]string, func(), error) {
	return func(argv []string) ([]string, func(), error) {
		dir := filepath.Join("/sys/fs/cgroup", controller, "greenify-faults-"+strconv.Itoa(os.Getpid()))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errNoGroup, err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(value), 0o644); err != nil {
			os.Remove(dir)
			return nil, nil, fmt.Errorf("%w: %w", errNoGroup, err)
		}
		argv = slices.Concat([]string{"/bin/sh", "-c", `echo $$ >"$0"/cgroup.procs && exec "$@"`, dir}, argv)
		return argv, func() {
			for range 100 {
				if os.Remove(dir) == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
		}, nil
	}
}

// A served is a server that runs.
type served struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	lines     *bufio.Scanner
	echo, web int // ports
}

func serve(path string) (*served, error) {
	cmd := exec.Command(path, "server")
	cmd.Env = append(os.Environ(), "GREENIFY=")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s := &served{cmd: cmd, in: in, lines: bufio.NewScanner(out)}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if !s.lines.Scan() {
		return nil, errors.New("the server says no ports")
	}
	_, err = fmt.Sscan(s.lines.Text(), &s.echo, &s.web)
	return s, err
}

// end ends the server, which must do so by itself.
func (s *served) end() error {
	s.in.Close()
	kill := time.AfterFunc(time.Minute, func() { s.cmd.Process.Kill() })
	defer kill.Stop()
	return s.cmd.Wait()
}

// counts are how many threads, descriptors and bytes it has.
func (s *served) counts(collect bool) (threads, fds int, resident int64, err error) {
	fmt.Fprintln(s.in, map[bool]string{true: "collect"}[collect])
	if !s.lines.Scan() {
		return 0, 0, 0, errors.New("the server says nothing more")
	}
	if _, err := fmt.Sscan(s.lines.Text(), &threads, &fds); err != nil {
		return 0, 0, 0, err
	}
	return threads, fds, residentOf(s.cmd.Process.Pid), nil
}

// residentOf is how many bytes of a process are in memory.
func residentOf(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	f := strings.Fields(string(data))
	if len(f) < 2 {
		return 0
	}
	n, _ := strconv.ParseInt(f[1], 10, 64)
	return n * int64(os.Getpagesize())
}

// address is one of many of this machine, so that no port of a client is used up.
func address(i, port int) string { return fmt.Sprintf("127.0.%d.%d:%d", 1+i/200%200, 1+i%200, port) }

// dropped opens many connections and drops them, half of them by a reset, in every state.
func dropped(w io.Writer) error {
	paths, err := victims()
	if err != nil {
		return err
	}
	var failed error
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "opened\ta second\tthreads before\tafter\tdescriptors before\tafter\tMB before\tafter\t  connections dropped, half by a reset\n")
	for i, path := range paths {
		n := *connections
		if i == 0 {
			n /= 10 // to compare
		}
		if err := drop(t, path, sides[i], n); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", sides[i], err))
		}
	}
	t.Flush()
	return failed
}

const hello = "GET /hello HTTP/1.1\r\nHost: victim\r\n\r\n"

func drop(t io.Writer, path, side string, n int) error {
	s, err := serve(path)
	if err != nil {
		return err
	}
	defer s.end()
	open := func(i int) error {
		port := s.web
		if i%4 < 2 {
			port = s.echo
		}
		c, err := net.DialTimeout("tcp", address(i, port), time.Minute)
		if err != nil {
			return err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Minute))
		switch i % 8 {
		case 0: // opened and dropped
		case 1, 5: // reset before, or with, an answer
			_, err = io.WriteString(c, "to be echoed")
		case 4: // echoed
			b := []byte("to be echoed")
			if _, err = c.Write(b); err == nil {
				_, err = io.ReadFull(c, b)
			}
		case 2, 6: // answered
			if _, err = io.WriteString(c, hello); err == nil {
				_, err = c.Read(make([]byte, 1024))
			}
		case 3: // reset in a request
			_, err = io.WriteString(c, hello[:i/8%len(hello)])
		case 7: // reset in an answer
			if _, err = io.WriteString(c, "GET /big HTTP/1.1\r\nHost: victim\r\n\r\n"); err == nil {
				_, err = c.Read(make([]byte, i/8%4096+1))
			}
		}
		if i%2 == 1 {
			c.(*net.TCPConn).SetLinger(0)
		}
		return err
	}
	// As much as a server has that has had connections.
	for i := range 1000 {
		if err := open(i); err != nil {
			return err
		}
	}
	time.Sleep(time.Second)
	threads, fds, resident, err := s.counts(true)
	if err != nil {
		return err
	}
	begin := time.Now()
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for worker := range 64 {
		wg.Go(func() {
			for i := worker; i < n; i += 64 {
				if err := open(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	close(errs)
	failed := <-errs
	var now, nowFDs int
	var nowResident int64
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if now, nowFDs, nowResident, err = s.counts(true); err != nil {
			return errors.Join(failed, err)
		}
		if now <= threads && nowFDs <= fds {
			break
		}
		if time.Since(begin) > time.Minute {
			failed = errors.Join(failed, errors.New("threads or descriptors are left"))
			break
		}
	}
	for i := range 800 {
		if err := open(i); err != nil {
			failed = errors.Join(failed, fmt.Errorf("then: %w", err))
		}
	}
	if nowResident > resident*3/2+32<<20 {
		failed = errors.Join(failed, fmt.Errorf("memory has grown from %d to %d MB", resident>>20, nowResident>>20))
	}
	fmt.Fprintf(t, "%d\t%.0f\t%d\t%d\t%d\t%d\t%d\t%d\t  %s\n", n, float64(n)/took.Seconds(), threads, now, fds, nowFDs, resident>>20, nowResident>>20, side)
	return failed
}

// slow has clients that send or read a byte now and then beside others.
func slow(w io.Writer) error {
	paths, err := victims()
	if err != nil {
		return err
	}
	var failed error
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "requests\tms p50\tp99\tmost\tcut off\tread slowly\t  fast clients beside 500 that send a header slowly and 100 that read 1 MiB slowly\n")
	for i, path := range paths {
		if err := crawl(t, path, sides[i]); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", sides[i], err))
		}
	}
	t.Flush()
	return failed
}

func crawl(t io.Writer, path, side string) error {
	const headers, readers, fast, requests = 500, 100, 8, 250
	s, err := serve(path)
	if err != nil {
		return err
	}
	defer s.end()
	errs := make(chan error, headers+readers+fast)
	var wg sync.WaitGroup
	var mu sync.Mutex
	cut, read := 0, 0
	for i := range headers {
		wg.Go(func() {
			c, err := net.Dial("tcp", address(i, s.web))
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			io.WriteString(c, "GET /hello HTTP/1.1\r\n")
			begin := time.Now()
			for time.Since(begin) < time.Minute {
				if _, err := io.WriteString(c, "X: y\r\n"); err != nil {
					mu.Lock()
					cut++
					mu.Unlock()
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	for i := range readers {
		wg.Go(func() {
			c, err := net.Dial("tcp", address(i, s.web))
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			c.(*net.TCPConn).SetReadBuffer(4096)
			io.WriteString(c, "GET /big HTTP/1.0\r\n\r\n")
			n, b := 0, make([]byte, 32<<10)
			for {
				k, err := c.Read(b)
				if n += k; err == io.EOF {
					break
				} else if err != nil {
					errs <- fmt.Errorf("slow reader: %w", err)
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			if n > 1<<20 { // with the header
				mu.Lock()
				read++
				mu.Unlock()
			}
		})
	}
	var took []time.Duration
	for i := range fast {
		wg.Go(func() {
			c, err := net.Dial("tcp", address(i, s.web))
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(patience))
			b := make([]byte, 1024)
			for range requests {
				begin := time.Now()
				_, err := io.WriteString(c, hello)
				if err == nil {
					_, err = c.Read(b)
				}
				if err != nil {
					errs <- fmt.Errorf("fast client: %w", err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(begin))
				mu.Unlock()
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	close(errs)
	failed := <-errs
	if slices.Sort(took); len(took) == 0 {
		return cmp.Or(failed, errors.New("no request was answered"))
	}
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	fmt.Fprintf(t, "%d\t%.1f\t%.1f\t%.1f\t%d\t%d\t  %s\n", len(took), ms(took[len(took)/2]), ms(took[len(took)*99/100]), ms(took[len(took)-1]), cut, read, side)
	if cut != headers || read != readers || len(took) != fast*requests {
		failed = errors.Join(failed, fmt.Errorf("of %d headers %d were cut off, of %d answers %d read, of %d requests %d answered", headers, cut, readers, read, fast*requests, len(took)))
	}
	return failed
}
