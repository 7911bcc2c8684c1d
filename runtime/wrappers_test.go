package green_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// An op does one operation of package green twice: once when it need not wait,
// and once when it waits for peer, which the test starts as a thread of another
// kind before. check tells whether the results are those of the plain operation.
type op struct {
	name  string
	ready func() (check bool) // nil: always waits
	wait  func() (peer func(), do func() (check bool))
}

type myError struct{}

func (myError) Error() string { return "mine" }

func mustBe[T comparable](want, got T) {
	if got != want {
		panic(fmt.Sprintf("got %v, want %v", got, want))
	}
}

var ops = []op{
	{"Send", func() bool {
		c := make(chan int, 1)
		green.Send(c, 1)
		return <-c == 1
	}, func() (func(), func() bool) {
		c := make(chan int)
		return func() { mustBe(1, green.Recv(c)) }, func() bool { green.Send(c, 1); return true }
	}},
	{"To.Send", func() bool {
		c := make(chan error, 1)
		patched.To(c).Send(myError{})
		return <-c == myError{}
	}, func() (func(), func() bool) {
		c := make(chan error)
		return func() { mustBe("mine", green.Recv(c).Error()) }, func() bool { patched.To(c).Send(myError{}); return true }
	}},
	{"Recv", func() bool {
		c := make(chan int, 1)
		c <- 1
		return green.Recv(c) == 1
	}, func() (func(), func() bool) {
		c := make(chan int)
		return func() { green.Send(c, 1) }, func() bool { return green.Recv(c) == 1 }
	}},
	{"Recv2", func() bool {
		c := make(chan int, 1)
		c <- 1
		close(c)
		v, ok := green.Recv2(c)
		w, closed := green.Recv2(c)
		return v == 1 && ok && w == 0 && !closed
	}, func() (func(), func() bool) {
		c := make(chan int)
		return func() { close(c) }, func() bool { v, ok := green.Recv2(c); return v == 0 && !ok }
	}},
	{"Range", func() bool {
		c := make(chan int, 3)
		for i := range 3 {
			c <- i
		}
		close(c)
		return slices.Equal(slices.Collect(green.Range(c)), []int{0, 1, 2})
	}, func() (func(), func() bool) {
		c := make(chan int)
		return func() { green.Send(c, 1); green.Send(c, 2); close(c) },
			func() bool { return slices.Equal(slices.Collect(green.Range(c)), []int{1, 2}) }
	}},
	{"Select receive", func() bool {
		c, d := make(chan error, 1), make(chan int)
		c <- nil
		r := green.OnRecv(c)
		return green.Select(green.OnRecv(d), r) == 1 && r.V == nil && r.OK
	}, func() (func(), func() bool) {
		c, d := make(chan int), make(chan string)
		r := green.OnRecv(c)
		return func() { green.Send(c, 1) },
			func() bool { return green.Select(green.OnSend(d, ""), green.OnRecv(d), r) == 2 && r.V == 1 && r.OK }
	}},
	{"Select send", func() bool {
		c, d := make(chan int, 1), make(chan int)
		return green.Select(green.OnSend(c, 1), green.OnRecv(d)) == 0 && <-c == 1
	}, func() (func(), func() bool) {
		c, d := make(chan error), make(chan int)
		return func() { mustBe("mine", green.Recv(c).Error()) },
			func() bool { return green.Select(green.OnRecv(d), patched.To(c).Case(myError{})) == 1 }
	}},
	{"Select one", nil, func() (func(), func() bool) {
		c := make(chan int)
		r := green.OnRecv(c)
		return func() { close(c) }, func() bool { return green.Select(r) == 0 && r.V == 0 && !r.OK }
	}},
	{"Select done", nil, func() (func(), func() bool) {
		c, done := make(chan int), make(chan struct{})
		r := green.OnRecv(done)
		return func() { close(done) }, func() bool { return green.Select(green.OnSend(c, 1), r) == 1 && !r.OK }
	}},
	{"Select not done", nil, func() (func(), func() bool) {
		c, done := make(chan int), make(chan struct{})
		r := green.OnRecv(c)
		return func() { green.Send(c, 1) }, func() bool { return green.Select(green.OnRecv(done), r) == 1 && r.V == 1 && r.OK }
	}},
	{"Lock", func() bool {
		var mu sync.Mutex
		green.Lock(&mu)
		return !mu.TryLock()
	}, func() (func(), func() bool) {
		var mu sync.Mutex
		mu.Lock()
		return mu.Unlock, func() bool { green.Lock(&mu); return !mu.TryLock() }
	}},
	{"Lock RWMutex", func() bool {
		var mu sync.RWMutex
		green.Lock(&mu)
		return !mu.TryRLock()
	}, func() (func(), func() bool) {
		var mu sync.RWMutex
		mu.RLock()
		return mu.RUnlock, func() bool { green.Lock(&mu); return !mu.TryRLock() }
	}},
	{"Lock without TryLock", nil, func() (func(), func() bool) {
		var mu sync.RWMutex
		mu.Lock()
		return mu.Unlock, func() bool { green.Lock(mu.RLocker()); return !mu.TryLock() && mu.TryRLock() }
	}},
	{"RLock", func() bool {
		var mu sync.RWMutex
		green.RLock(&mu)
		return mu.TryRLock() && !mu.TryLock()
	}, func() (func(), func() bool) {
		var mu sync.RWMutex
		mu.Lock()
		return mu.Unlock, func() bool { green.RLock(&mu); return mu.TryRLock() && !mu.TryLock() }
	}},
	{"Wait WaitGroup", func() bool {
		green.Wait(new(sync.WaitGroup))
		return true
	}, func() (func(), func() bool) {
		var wg sync.WaitGroup
		wg.Add(1)
		return wg.Done, func() bool { green.Wait(&wg); return true }
	}},
	{"Wait Cond", nil, func() (func(), func() bool) {
		cond, set := sync.NewCond(new(sync.Mutex)), false
		peer := func() {
			green.Lock(cond.L)
			set = true
			cond.L.Unlock()
			cond.Signal()
		}
		return peer, func() bool {
			green.Lock(cond.L)
			for !set {
				green.Wait(cond)
			}
			return !cond.L.(*sync.Mutex).TryLock()
		}
	}},
	{"Do", func() bool {
		var once sync.Once
		n := 0
		green.Do(&once, func() { n++ })
		green.Do(&once, func() { n++ })
		once.Do(func() { n++ })
		return n == 1
	}, func() (func(), func() bool) {
		// The peer waits in its f until the other is about to call Do.
		var once sync.Once
		n, started, proceed := 0, make(chan bool), make(chan bool, 1)
		peer := func() {
			green.Do(&once, func() {
				close(started)
				green.Recv(proceed)
				green.Yield()
				n++
			})
		}
		return peer, func() bool {
			green.Recv(started)
			proceed <- true
			green.Do(&once, func() { n++ })
			return n == 1
		}
	}},
	{"TryLock", func() bool {
		var mu sync.Mutex
		return green.TryLock(&mu) && !green.TryLock(&mu) && !mu.TryLock()
	}, nil},
	{"TryRLock", func() bool {
		var mu sync.RWMutex
		return green.TryRLock(&mu) && !green.TryLock(&mu) && mu.TryRLock()
	}, nil},
	{"Sleep of no time", nil, func() (func(), func() bool) {
		return func() {}, func() bool { green.Sleep(0); green.Sleep(-1); return true }
	}},
	{"Sleep", nil, func() (func(), func() bool) {
		return func() {}, func() bool {
			start := time.Now()
			green.Sleep(time.Millisecond)
			return time.Since(start) >= time.Millisecond
		}
	}},
	{"Yield", nil, func() (func(), func() bool) {
		return func() {}, func() bool { green.Yield(); return true }
	}},
	{"Offload", nil, func() (func(), func() bool) {
		return func() {}, func() bool {
			in := true
			green.Offload(func() { in = green.InHub() })
			return !in
		}
	}},
	{"Call", nil, func() (func(), func() bool) {
		c := make(chan int)
		return func() { green.Send(c, 1) }, func() bool {
			return patched.Call11(func(c chan int) int { return <-c }, c) == 1
		}
	}},
	{"CallV", nil, func() (func(), func() bool) {
		c := make(chan int)
		return func() { green.Send(c, 1) }, func() bool {
			n, err := patched.CallV12(func(c chan int, n ...int) (int, error) { return <-c + len(n), nil }, c, 1, 2)
			return n == 3 && err == nil
		}
	}},
}

// TestWrappers: every operation gives the result of the plain one in a green
// thread and in a native goroutine, whether it waits or not, with the peer of
// either kind. A green thread has the hub again afterwards, gives it up if it
// waits and keeps it if it need not.
//
// Interleaving: a peer starts as a green thread, and leaves the hub if it is to
// be native. Started by a green thread it cannot run until that one gives up the
// hub; so that one does have to wait.
func TestWrappers(t *testing.T) {
	kinds := []struct {
		name  string
		green bool
		run   func(func())
	}{{"green", true, inGreen}, {"native", false, inNative}}

	for _, op := range ops {
		for _, kind := range kinds {
			in := kind.green && !off()
			// Under greenify test the test's own goroutine yields, too.
			counts := in && !wholeProgram

			if op.ready != nil {
				t.Run(op.name+"/ready/"+kind.name, func(t *testing.T) {
					kind.run(func() {
						before := green.ReadStats().Yields
						if !op.ready() {
							t.Error("wrong result")
						}
						if n := green.ReadStats().Yields - before; n != 0 && (counts || !in) {
							t.Errorf("yielded %d times and had not to wait", n)
						}
						if green.InHub() != in {
							t.Errorf("InHub is %v", !in)
						}
					})
				})
			}
			for _, peerKind := range kinds {
				if op.wait == nil {
					continue
				}
				t.Run(op.name+"/wait/"+kind.name+"/"+peerKind.name, func(t *testing.T) {
					kind.run(func() {
						peer, do := op.wait()
						ended := make(chan bool)
						before := green.ReadStats().Yields
						green.Go(func() {
							defer close(ended)
							if peerKind.green {
								peer()
								return
							}
							inNative(peer)
						})
						if !do() {
							t.Error("wrong result")
						}
						if n := green.ReadStats().Yields - before; counts && n == 0 {
							t.Error("has not yielded")
						}
						if green.InHub() != in {
							t.Errorf("InHub is %v", !in)
						}
						green.Recv(ended)
					})
				})
			}
		}
	}
}

// TestOff: with GREENIFY=off, and so while the hub is not on, everything is the
// plain operation, no thread is counted and nobody is in the hub.
func TestOff(t *testing.T) {
	if off() {
		if s := green.ReadStats(); s != (green.Stats{}) || green.Threads() != nil || green.Enabled() || green.IsPatched("time") {
			t.Errorf("the hub is on: %+v", s)
		}
		return
	}
	stdout, stderr, status := rerun(t, []string{"-test.run=^(TestWrappers|TestOff|TestContext.*|TestArguments|TestDAG.*|TestTimeoutCalls|Example.*)$",
		"-test.skip=^Example(Handle_Kill|Threads)$", "-test.v"}, "GREENIFY=off")
	if status != 0 || !strings.Contains(stdout, "PASS: TestWrappers/Do/wait/green/native") {
		t.Errorf("exit status %d\n%s%s", status, stdout, stderr)
	}
}
