//go:build greenify

package green_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// The programs of these tests run with a pool of two workers.
func init() {
	for name, f := range map[string]func(){
		"pool-bound":  poolBound,
		"pool-depend": poolDepend,
		"pool-order":  poolOrder,
		"pool-end":    poolEnd,
		"pool-cancel": poolCancel,
		"pool-pull":   poolPull,
	} {
		programs[name] = f
	}
}

func TestOffloadPool(t *testing.T) {
	if off() {
		t.Skip("without a hub work is not bounded")
	}
	for name, want := range map[string]string{
		"pool-bound":  "2 at once of 10\n",
		"pool-depend": "40 done\n",
		"pool-order":  "in order\n",
		"pool-end":    "panic: boom, stack of caller and work: true\ndeferred, then goexit\nafterwards 2 at once of 10\n",
		"pool-cancel": "10 cancelled\nafterwards 2 at once of 10\n",
		"pool-pull":   "3 values\nafterwards 2 at once of 10\n",
	} {
		stdout, stderr, status := runProgram(t, name, "GREENIFY=offload=2")
		if stdout != want || status != 0 {
			t.Errorf("%s: exit status %d, stdout %q, want %q; stderr:\n%s", name, status, stdout, want, stderr)
		}
	}
}

func TestOffloadSettings(t *testing.T) {
	for _, value := range []string{"0", "-1", "", "x", "1048576", "99999999999999999999"} {
		_, stderr, status := runProgram(t, "pool-bound", "GREENIFY=offload="+value)
		if status != 2 || !strings.Contains(stderr, "offload="+value) {
			t.Errorf("offload=%s: exit status %d, stderr %q; want 2 and the setting", value, status, stderr)
		}
	}
	if stdout, stderr, _ := runProgram(t, "pool-bound", "GREENIFY=offload=3"); stdout != "3 at once of 10\n" {
		t.Errorf("a pool of 3: %q, stderr:\n%s", stdout, stderr)
	}
}

// atOnce offloads ten works, each of which waits in a system call, and returns how
// many were at it at once.
func atOnce() int32 {
	var now, most atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			green.Offload(func() {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				ts := syscall.NsecToTimespec(20e6)
				syscall.Nanosleep(&ts, nil)
				now.Add(-1)
			})
		})
	}
	wg.Wait()
	return most.Load()
}

func poolBound() { fmt.Printf("%d at once of 10\n", atOnce()) }

// poolDepend: each work waits for what the next one sends, offloaded too, and
// the last is started last: only if work that parks gives its worker back do
// more than two get on.
func poolDepend() {
	const n = 40
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	links := make([]chan bool, n+1)
	for i := range links {
		links[i] = make(chan bool)
	}
	for i := range n {
		wg.Go(func() {
			green.Offload(func() {
				<-links[i+1]
				mu.Lock()
				done++
				mu.Unlock()
				if i > 0 {
					links[i] <- true
				}
			})
		})
	}
	wg.Go(func() { green.Offload(func() { links[n] <- true }) })
	wg.Wait()
	fmt.Println(done, "done")
}

// poolOrder: what one thread offloads is done in its order, and done when Offload
// returns, whatever the others offload.
func poolOrder() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var seen []int
			for i := range 50 {
				green.Offload(func() { seen = append(seen, i) })
				if len(seen) != i+1 || seen[i] != i || !green.InHub() {
					fmt.Println("out of order:", seen)
				}
			}
		})
	}
	wg.Wait()
	fmt.Println("in order")
}

//go:noinline
func callerOfWork(f func()) { green.Offload(f) }

//go:noinline
func workThatPanics() { panic("boom") }

// poolEnd: work that ends by a panic or Goexit ends its caller so, who is back in
// the hub by then, and leaves its worker to others.
func poolEnd() {
	for range 5 {
		done := make(chan string)
		go func() {
			defer func() {
				stack := string(debug.Stack())
				done <- fmt.Sprintf("panic: %v, stack of caller and work: %v", recover(),
					strings.Contains(stack, "callerOfWork") && strings.Contains(stack, "workThatPanics") && green.InHub())
			}()
			callerOfWork(workThatPanics)
		}()
		s := <-done
		go func() {
			defer func() { done <- fmt.Sprintf("deferred, then goexit: %v", green.InHub()) }()
			green.Offload(runtime.Goexit)
			done <- "came back"
		}()
		if e := <-done; e != "deferred, then goexit: true" {
			fmt.Println(e)
		}
		if s != "panic: boom, stack of caller and work: true" {
			fmt.Println(s)
		}
	}
	fmt.Println("panic: boom, stack of caller and work: true\ndeferred, then goexit")
	fmt.Printf("afterwards %d at once of 10\n", atOnce())
}

// poolCancel: work that its context ends leaves no worker and no goroutine.
func poolCancel() {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var n atomic.Int32
	for range 10 {
		wg.Go(func() {
			green.Offload(func() {
				<-ctx.Done()
				n.Add(1)
			})
		})
	}
	time.Sleep(10 * time.Millisecond)
	cancel()
	wg.Wait()
	fmt.Println(n.Load(), "cancelled")
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		fmt.Println("goroutines:", n-before)
	}
	fmt.Printf("afterwards %d at once of 10\n", atOnce())
}

// poolPull: an iterator of iter.Pull acts for the work that calls it.
func poolPull() {
	n := 0
	green.Offload(func() {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := range 3 {
				time.Sleep(time.Millisecond)
				if !yield(i) {
					return
				}
			}
		})
		defer stop()
		for {
			if _, ok := next(); !ok {
				return
			}
			n++
		}
	})
	fmt.Println(n, "values")
	fmt.Printf("afterwards %d at once of 10\n", atOnce())
}
