package green_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// do is how the programs of these tests offload: green.Offload in a program with
// GREENIFY=offload=2, or a pool of two workers of its own.
var do = green.Offload

func init() {
	for name, f := range map[string]func(){
		"bound":  poolBound,
		"depend": poolDepend,
		"order":  poolOrder,
		"end":    poolEnd,
		"cancel": poolCancel,
		"pull":   poolPull,
	} {
		own := func() {
			do = green.NewOffloadPool(2).Do
			f()
		}
		programs["pool-"+name] = f
		programs["own-"+name] = own
		programs["unpatched-own-"+name] = own
	}
	programs["pool-callback"] = poolCallback
	programs["own-nested"] = poolNested
	programs["unpatched-own-nested"] = poolNested
}

var poolWant = map[string]string{
	"bound":  "2 at once of 10\n",
	"depend": "40 done\n",
	"order":  "in order\n",
	"end":    "panic: boom, stack of caller and work: true\ndeferred, then goexit\nafterwards 2 at once of 10\n",
	"cancel": "10 cancelled\nafterwards 2 at once of 10\n",
	"pull":   "3 values\nafterwards 2 at once of 10\n",
}

func TestOffloadPool(t *testing.T) {
	if off() {
		t.Skip("without a hub work is not bounded")
	}
	for name, want := range poolWant {
		wantProgram(t, "pool-"+name, want, "GREENIFY=offload=2")
	}
	wantProgram(t, "pool-callback", "1 by the callback\n", "GREENIFY=offload=1")
}

// A pool of the program's own is one in every kind of program.
func TestOwnOffloadPool(t *testing.T) {
	for name, want := range poolWant {
		for _, prefix := range []string{"own-", "unpatched-own-"} {
			wantProgram(t, prefix+name, want)
		}
		wantProgram(t, "own-"+name, want, "GREENIFY=off")
	}
	wantProgram(t, "own-nested", "same, other, back: 1 at once of 5\n")
	wantProgram(t, "unpatched-own-nested", "same, other, back: 1 at once of 5\n")
	for _, size := range []int{0, -1, 1 << 20} {
		func() {
			defer func() {
				if s, _ := recover().(string); !strings.Contains(s, "NewOffloadPool: size") {
					t.Errorf("a pool of size %d: panic %q", size, s)
				}
			}()
			green.NewOffloadPool(size)
		}()
	}
}

func wantProgram(t *testing.T, name, want string, env ...string) {
	t.Helper()
	stdout, stderr, status := runProgram(t, name, env...)
	if stdout != want || status != 0 {
		t.Errorf("%s %v: exit status %d, stdout %q, want %q; stderr:\n%s", name, env, status, stdout, want, stderr)
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

// atOnce offloads works, each of which waits in a system call, and returns how
// many were at it at once. They wait for as many as a pool of that size lets, and then for
// one too many.
func atOnce(works int, do func(func()), size int32) int32 {
	var now, most atomic.Int32
	var wg sync.WaitGroup
	for range works {
		green.WaitGo(&wg, func() {
			do(func() {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				for end := time.Now().Add(time.Minute); ; {
					ts := syscall.NsecToTimespec(20e6)
					syscall.Nanosleep(&ts, nil)
					if most.Load() >= size || time.Now().After(end) {
						break
					}
				}
				now.Add(-1)
			})
		})
	}
	green.Wait(&wg)
	return most.Load()
}

// poolSize is GREENIFY=offload, or that of a pool of the program's own.
func poolSize() int32 {
	size := int32(2)
	fmt.Sscanf(os.Getenv("GREENIFY"), "offload=%d", &size)
	return size
}

func poolBound() { fmt.Printf("%d at once of 10\n", atOnce(10, do, poolSize())) }

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
		green.WaitGo(&wg, func() {
			do(func() {
				green.Recv(links[i+1])
				green.Lock(&mu)
				done++
				mu.Unlock()
				if i > 0 {
					green.Send(links[i], true)
				}
			})
		})
	}
	green.WaitGo(&wg, func() { do(func() { green.Send(links[n], true) }) })
	green.Wait(&wg)
	fmt.Println(done, "done")
}

// poolOrder: what one thread offloads is done in its order, and done when the call
// returns, whatever the others offload.
func poolOrder() {
	var wg sync.WaitGroup
	for range 8 {
		green.WaitGo(&wg, func() {
			var seen []int
			for i := range 50 {
				do(func() { seen = append(seen, i) })
				if len(seen) != i+1 || seen[i] != i || green.InHub() != green.Enabled() {
					fmt.Println("out of order:", seen)
				}
			}
		})
	}
	green.Wait(&wg)
	fmt.Println("in order")
}

//go:noinline
func callerOfWork(f func()) { do(f) }

//go:noinline
func workThatPanics() { panic("boom") }

// poolEnd: work that ends by a panic or Goexit ends its caller so, who is back in
// the hub by then, and leaves its worker to others.
func poolEnd() {
	for range 5 {
		done := make(chan string)
		green.Go(func() {
			defer func() {
				stack := string(debug.Stack())
				green.Send(done, fmt.Sprintf("panic: %v, stack of caller and work: %v", recover(),
					strings.Contains(stack, "callerOfWork") && strings.Contains(stack, "workThatPanics") && green.InHub() == green.Enabled()))
			}()
			callerOfWork(workThatPanics)
		})
		s := green.Recv(done)
		green.Go(func() {
			defer func() {
				green.Send(done, fmt.Sprintf("deferred, then goexit: %v", green.InHub() == green.Enabled()))
			}()
			do(runtime.Goexit)
			green.Send(done, "came back")
		})
		if e := green.Recv(done); e != "deferred, then goexit: true" {
			fmt.Println(e)
		}
		if s != "panic: boom, stack of caller and work: true" {
			fmt.Println(s)
		}
	}
	fmt.Println("panic: boom, stack of caller and work: true\ndeferred, then goexit")
	fmt.Printf("afterwards %d at once of 10\n", atOnce(10, do, poolSize()))
}

// poolCancel: work that its context ends leaves no worker and no goroutine.
func poolCancel() {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var n atomic.Int32
	for range 10 {
		green.WaitGo(&wg, func() {
			do(func() {
				green.Recv(ctx.Done())
				n.Add(1)
			})
		})
	}
	green.Sleep(10 * time.Millisecond)
	cancel()
	green.Wait(&wg)
	fmt.Println(n.Load(), "cancelled")
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			break
		}
		green.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		fmt.Println("goroutines:", n-before)
	}
	fmt.Printf("afterwards %d at once of 10\n", atOnce(10, do, poolSize()))
}

// poolPull: an iterator of iter.Pull acts for the work that calls it: two works wait
// in one, and a third is done meanwhile.
func poolPull() {
	var wg sync.WaitGroup
	var n atomic.Int32
	third := make(chan bool)
	for range 2 {
		green.WaitGo(&wg, func() {
			do(func() {
				next, stop := green.Pull(func(yield func(int) bool) {
					green.Recv(third)
					for i := range 3 {
						green.Sleep(time.Millisecond)
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
					n.Add(1)
				}
			})
		})
	}
	green.Sleep(10 * time.Millisecond)
	do(func() { close(third) })
	green.Wait(&wg)
	fmt.Println(n.Load()/2, "values")
	fmt.Printf("afterwards %d at once of 10\n", atOnce(10, do, poolSize()))
}

// poolCallback: a callback that runs in the hub in the middle of work leaves the only
// worker to what it offloads.
func poolCallback() {
	n := 0
	do(func() {
		patched.Enter00(func() { do(func() { n++ }) })()
	})
	fmt.Println(n, "by the callback")
}

// poolNested: work that does work of the same pool has a worker already; if it is of
// another pool, the worker of the first is free meanwhile.
func poolNested() {
	a, b := green.NewOffloadPool(1), green.NewOffloadPool(1)
	a.Do(func() { a.Do(func() { fmt.Print("same") }) })
	var wg sync.WaitGroup
	other := make(chan bool)
	green.WaitGo(&wg, func() {
		a.Do(func() {
			b.Do(func() { green.Recv(other) })
			fmt.Print(", back: ")
		})
	})
	green.Sleep(10 * time.Millisecond)
	a.Do(func() {
		fmt.Print(", other")
		close(other)
	})
	green.Wait(&wg)
	fmt.Printf("%d at once of 5\n", atOnce(5, a.Do, 1))
}
