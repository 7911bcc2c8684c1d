// Command sleepers has N threads sleep, and prints how many bytes of memory each takes while
// all sleep, or how many nanoseconds it takes all to sleep a second, without that second:
//
//	sleepers memory|time N
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sleepers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("%d arguments, want memory or time, and N", len(args))
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "memory":
		start(100, 0).done.Wait() // the pages of the code belong to no thread
		before, err := resident()
		if err != nil {
			return err
		}
		start(n, time.Hour).asleep.Wait()
		after, err := resident()
		if err != nil {
			return err
		}
		fmt.Println(float64(after-before) / float64(n))
	case "time":
		begin := time.Now()
		start(n, time.Second).done.Wait()
		fmt.Println((time.Since(begin) - time.Second).Nanoseconds())
	default:
		return fmt.Errorf("%q is neither memory nor time", args[0])
	}
	return nil
}

type sleepers struct{ asleep, done sync.WaitGroup }

func start(n int, sleep time.Duration) *sleepers {
	var s sleepers
	s.asleep.Add(n)
	for range n {
		s.done.Go(func() {
			s.asleep.Done()
			time.Sleep(sleep)
		})
	}
	return &s
}

// resident returns how many bytes of memory the process has. Those of /proc/self/statm may
// lag behind.
func resident() (int, error) {
	const name = "/proc/self/smaps_rollup"
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "Rss:"); ok {
			var kb int
			_, err := fmt.Sscanf(rest, "%d kB", &kb)
			return kb * 1024, err
		}
	}
	return 0, fmt.Errorf("%s has no line of Rss", name)
}
