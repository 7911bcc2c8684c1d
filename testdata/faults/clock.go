package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"
)

// clocks runs programs whose clocks are set, and demands that no wait ends early, or never: all waits
// are by the clock that nobody sets. The machine's own is left alone.
func clocks(w io.Writer) error {
	paths, err := victims()
	if err != nil {
		return err
	}
	var failed error
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "plain\tpatched\tjumps seen, plain\tpatched\t  clock\n")
	for _, c := range []struct {
		name string
		run  func(path string) (seen, error)
		want bool // jumps
	}{
		{"as it is", func(path string) (seen, error) { return watch([]string{path, "clock"}, nil, nil) }, false},
		{"the wall clock goes on by days and years, and back (ptrace)", wallClock, true},
		{"stopped for 2 s, and continued, again and again", stopped, false},
		{"the monotonic clock begins 10 years later (time namespace)", monotonic("315360000"), false},
		{"the monotonic clock begins just now (time namespace)", monotonicNow, false},
	} {
		var got [2]seen
		var err error
		for i, path := range paths {
			if got[i], err = c.run(path); err != nil {
				break
			}
		}
		if errors.Is(err, errors.ErrUnsupported) {
			fmt.Fprintf(t, "-\t-\t-\t-\t  %s: not tried, %v\n", c.name, err)
			continue
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", c.name, err))
			continue
		}
		fmt.Fprintf(t, "%.1f s\t%.1f s\t%d\t%d\t  %s\n", got[0].took.Seconds(), got[1].took.Seconds(), got[0].jumps(), got[1].jumps(), c.name)
		for i, g := range got {
			lines := strings.Split(strings.TrimSpace(g.out), "\n")
			for _, line := range lines {
				if !strings.HasSuffix(line, ": 0 early, 0 late") {
					failed = errors.Join(failed, fmt.Errorf("%s, %s: %s", c.name, sides[i], line))
				}
			}
			if len(lines) != 8 || g.code != "0" || strings.Count(g.stderr, "\n") != 1 {
				failed = errors.Join(failed, fmt.Errorf("%s, %s: it ends by %s: %s", c.name, sides[i], g.code, g.stderr))
			}
			if n := g.jumps(); (n > 0) != c.want {
				failed = errors.Join(failed, fmt.Errorf("%s, %s: it has seen %d jumps of the wall clock", c.name, sides[i], n))
			}
		}
	}
	t.Flush()
	return failed
}

// jumps are those of the wall clock that the victim has seen.
func (s seen) jumps() (n int) {
	_, text, _ := strings.Cut(s.stderr, "jumps: ")
	fmt.Sscan(text, &n)
	return n
}

// stopped stops a program again and again, as ^Z does, so that all its timers are due at once when it
// goes on.
func stopped(path string) (seen, error) {
	var over atomic.Bool
	ended := make(chan bool)
	s, err := watch([]string{path, "clock"}, nil, func(p *os.Process) {
		go func() {
			defer close(ended)
			for !over.Load() {
				time.Sleep(300 * time.Millisecond)
				if p.Signal(syscall.SIGSTOP) != nil {
					return
				}
				time.Sleep(2 * time.Second)
				p.Signal(syscall.SIGCONT)
			}
		}()
	})
	over.Store(true)
	<-ended
	return s, err
}

// monotonic has a program begin at another time of the clock that nobody sets.
func monotonic(offset string) func(path string) (seen, error) {
	return func(path string) (seen, error) {
		s, err := watch([]string{"unshare", "--time", "--monotonic", offset, "--boottime", offset, "--", path, "clock"}, nil, nil)
		if err == nil && strings.Contains(s.stderr, "unshare") {
			err = fmt.Errorf("%w: %s", errors.ErrUnsupported, s.stderr)
		}
		return s, err
	}
}

func monotonicNow(path string) (seen, error) {
	data, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return seen{}, err
	}
	var up float64
	if _, err := fmt.Sscan(string(data), &up); err != nil {
		return seen{}, err
	}
	return monotonic(fmt.Sprint(-int(up) + 1))(path)
}
