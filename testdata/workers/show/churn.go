package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// churn makes requests without a break while workers are restarted by SIGHUP and killed by
// SIGKILL, and demands that none fails but those on connections that a killed worker has
// accepted. Which these are the kernel says: the worker is stopped first, and then has no
// others.
func churn(dir, patched string, rolls, kills, requests int) error {
	socket := filepath.Join(dir, "admin")
	cmd, addr, err := start(patched, "GREENIFY=workers=2,admin="+socket)
	if err != nil {
		return err
	}
	defer func() {
		cmd.Process.Kill() // the workers end when they see that
		cmd.Wait()
	}()

	t := &traffic{addr: addr, lost: map[int]bool{}}
	stop := make(chan bool)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { t.run(stop) })
	}
	halt := sync.OnceFunc(func() {
		close(stop)
		wg.Wait()
	})
	defer halt()

	seen := map[int]time.Time{} // pids
	look := func() (pids []int, err error) {
		pids, err = workers(socket)
		for _, pid := range pids {
			if _, known := seen[pid]; !known {
				seen[pid] = time.Now()
			}
		}
		return pids, err
	}
	rolled, killed := 0, 0
	for rolled < rolls || killed < kills {
		before, err := look()
		if err != nil {
			return err
		}
		rolls1 := rolled < rolls && (killed >= kills || rand.IntN(kills) < rolls)
		if rolls1 {
			cmd.Process.Signal(syscall.SIGHUP)
		}
		if killed < kills && (!rolls1 || rand.IntN(2) == 0) {
			time.Sleep(rand.N(50 * time.Millisecond))
			pid, err := t.kill(look, seen)
			if err != nil {
				return err
			}
			if err := until("worker "+strconv.Itoa(pid)+" is replaced", func() bool {
				now, err := look()
				return err == nil && len(now) == 2 && now[0] != pid && now[1] != pid
			}); err != nil {
				return err
			}
			killed++
		}
		if rolls1 {
			if err := until("all workers are replaced", func() bool {
				now, err := look()
				return err == nil && len(now) == 2 && !shares(now, before)
			}); err != nil {
				return err
			}
			rolled++
		}
	}
	if err := until("enough requests", func() bool { return t.count() >= requests }); err != nil {
		return err
	}
	halt()
	fmt.Printf("%d requests on %d connections during %d rolling restarts and %d kills: %d failed on connections of killed workers, %d others\n",
		t.done, t.dialed, rolled, killed, t.excused, len(t.failed))
	switch {
	case len(t.failed) > 0:
		return fmt.Errorf("requests failed that no killed worker had: %w", errors.Join(t.failed...))
	case t.excused == 0:
		return errors.New("no request was on a killed worker: nothing is shown")
	}
	return nil
}

func shares(a, b []int) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func until(what string, f func() bool) error {
	for begin := time.Now(); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Since(begin) > 30*time.Second {
			return errors.New("not so in 30 s: " + what)
		}
	}
	return nil
}

// workers asks the parent for the process ids of its workers.
func workers(socket string) (pids []int, err error) {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	fmt.Fprintln(c, "ps")
	text, err := io.ReadAll(c)
	if err != nil {
		return nil, err
	}
	var said struct{ Workers []struct{ PID int } }
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, err
	}
	for _, w := range said.Workers {
		pids = append(pids, w.PID)
	}
	return pids, nil
}

// traffic is what the clients do.
type traffic struct {
	addr string

	mu      sync.Mutex
	lost    map[int]bool // ports of connections that killed workers had
	done    int
	dialed  int
	excused int
	failed  []error
}

func (t *traffic) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done
}

// run makes one request after another, some on new connections.
func (t *traffic) run(stop <-chan bool) {
	c := client{addr: t.addr, dial: func(port int) {
		t.mu.Lock()
		delete(t.lost, port) // the port has another connection now
		t.dialed++
		t.mu.Unlock()
	}}
	defer c.close()
	for {
		select {
		case <-stop:
			return
		default:
		}
		if rand.IntN(4) == 0 {
			c.close()
		}
		err := c.get("/wait")
		t.mu.Lock()
		switch {
		case err == nil:
			t.done++
		case t.lost[c.port]:
			t.excused++
		default:
			t.failed = append(t.failed, err)
		}
		t.mu.Unlock()
	}
}

// kill kills a worker that has lived for more than a second: one that ends again and again
// before is not started again at once.
func (t *traffic) kill(look func() ([]int, error), seen map[int]time.Time) (pid int, err error) {
	err = until("a worker is old enough", func() bool {
		pids, err := look()
		if err != nil || len(pids) != 2 {
			return false
		}
		pid = pids[rand.IntN(2)]
		return time.Since(seen[pid]) > 1100*time.Millisecond
	})
	if err != nil {
		return 0, err
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return 0, err
	}
	if err := until("process "+strconv.Itoa(pid)+" stands", func() bool { return stands(pid) }); err != nil {
		return 0, err
	}
	ports, err := peers(pid)
	if err != nil {
		return 0, err
	}
	t.mu.Lock()
	for _, port := range ports {
		t.lost[port] = true
	}
	t.mu.Unlock()
	return pid, syscall.Kill(pid, syscall.SIGKILL)
}

// stands reports whether all threads of a process are stopped.
func stands(pid int) bool {
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, name := range stats {
		data, err := os.ReadFile(name)
		if err != nil {
			return false
		}
		if _, rest, _ := strings.Cut(string(data), ") "); !strings.HasPrefix(rest, "T") {
			return false
		}
	}
	return err == nil && len(stats) > 0
}

// peers returns the ports at the other ends of the connections that a process has.
func peers(pid int) (ports []int, err error) {
	has := map[string]bool{}
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		return nil, err
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil {
			has[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(table)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(data)) {
			f := strings.Fields(line)
			if len(f) < 10 || !has[f[9]] {
				continue
			}
			_, port, _ := strings.Cut(f[2], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			if err != nil {
				return nil, err
			}
			if n != 0 { // a listener has none
				ports = append(ports, int(n))
			}
		}
	}
	return ports, nil
}
