package green_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var errBoom = errors.New("boom")

// TestUnwind: what a panic or Goexit in the middle of an operation unwinds
// through runs in the hub again, and the end of the thread lets the others run.
//
// Interleaving: in all cases but the last two the thread has given up the hub,
// and another one has run, before it panics.
func TestUnwind(t *testing.T) {
	bystander := func() { green.Yield() }
	tests := []struct {
		name  string
		panic string // "": Goexit
		f     func()
	}{
		{"send on closed", "send on closed channel", func() {
			c := make(chan int)
			green.Go(func() { close(c) })
			green.Send(c, 1)
		}},
		{"select on closed", "send on closed channel", func() {
			c, d := make(chan int), make(chan int)
			green.Go(func() { close(c) })
			green.Select(green.OnSend(c, 1), green.OnRecv(d))
		}},
		{"select one on closed", "send on closed channel", func() {
			c := make(chan int)
			green.Go(func() { close(c) })
			green.Select(green.OnSend(c, 1))
		}},
		{"call", "boom", func() { patched.Call10(func(err error) { time.Sleep(time.Millisecond); panic(err) }, errBoom) }},
		{"call exits", "", func() { patched.Call00(func() { time.Sleep(time.Millisecond); runtime.Goexit() }) }},
		{"offload", "boom", func() { green.Offload(func() { panic(errBoom) }) }},
		{"wait", "boom", func() { green.Wait(badWait{}) }},
		{"once", "boom", func() {
			var o sync.Once
			defer func() { green.Do(&o, func() { panic("f ran twice") }) }()
			green.Do(&o, func() { green.Yield(); panic(errBoom) })
		}},
		{"range", "boom", func() {
			c := make(chan int)
			green.Go(func() { green.Send(c, 1) })
			for range green.Range(c) {
				panic(errBoom)
			}
		}},
		{"callback", "boom", func() { patched.Enter00(func() { panic(errBoom) })() }},
		{"exit", "", func() { runtime.Goexit() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if race && strings.HasSuffix(test.name, "on closed") {
				return // to the race detector, closing while another sends is a race in any program
			}
			inGreen(func() {
				green.Go(bystander)
				defer func() {
					if !green.InHub() && !off() {
						t.Error("unwinds outside the hub")
					}
					got := ""
					if r := recover(); r != nil {
						got = fmt.Sprint(r)
					}
					if got != test.panic {
						t.Errorf("panic %q, want %q", got, test.panic)
					}
				}()
				test.f()
				t.Error("returned")
			})
			inGreen(func() {}) // hangs if the hub was not passed on
		})
	}
}

type badWait struct{}

func (badWait) Wait() { panic(errBoom) }

// TestRangeLeft: a loop over a channel can be left in every way, and takes no
// value more than it has seen.
func TestRangeLeft(t *testing.T) {
	c := make(chan int, 10)
	for i := range 10 {
		c <- i
	}
	inGreen(func() {
		for v := range green.Range(c) {
			if v == 1 {
				break
			}
		}
		func() {
			for range green.Range(c) {
				return
			}
		}()
	outer:
		for {
			for range green.Range(c) {
				break outer
			}
		}
		if v := green.Recv(c); v != 4 {
			t.Errorf("next value is %d, want 4", v)
		}
	})
}

// TestCallback: a native goroutine's callback runs in the hub, one at a time
// with the green threads; if it panics, its goroutine may recover and the hub
// goes on. nil stays nil.
//
// Interleaving: the callback is called while a green thread holds the hub and
// may run only when that one yields.
func TestCallback(t *testing.T) {
	if patched.Enter21[int, int, int](nil) != nil {
		t.Error("nil does not stay nil")
	}
	n := 0
	f := patched.Enter21(func(a, b int) int {
		if !green.InHub() && !off() && !wholeProgram {
			t.Error("callback runs outside the hub")
		}
		n++
		green.Yield()
		if b == 0 {
			panic(errBoom)
		}
		return a / b
	})
	var wg sync.WaitGroup
	inGreen(func() {
		for i := range 10 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer func() {
					if r := recover(); (r != nil) != (i == 0) {
						t.Errorf("f(6, %d) panics: %v", i, r)
					}
				}()
				if got := f(6, i); got != 6/i {
					t.Errorf("f(6, %d) = %d", i, got)
				}
			}()
		}
		if !off() {
			time.Sleep(time.Millisecond) // natively: they have come
			if n != 0 && !wholeProgram {
				t.Error("callback runs beside a green thread")
			}
		}
		green.Wait(&wg)
	})
	if n != 10 {
		t.Errorf("%d callbacks ran, want 10", n)
	}
}

// TestCallbackOfOwn: a callback that comes on the thread's own goroutine is part
// of the thread, and one that comes from the thread's native call takes the hub
// for its time.
func TestCallbackOfOwn(t *testing.T) {
	inGreen(func() {
		in := func() bool { return green.InHub() }
		f := patched.Enter01(in)
		if !f() && !off() {
			t.Error("direct callback runs outside the hub")
		}
		if !patched.Call01(f) && !off() {
			t.Error("callback of a native call runs outside the hub")
		}
		if !green.InHub() && !off() {
			t.Error("the thread has lost the hub")
		}
	})
}

func init() {
	programs["panic"] = func() {
		green.Go(func() { fmt.Println("the next thread runs") })
		green.Go(explode)
		green.Go(func() { fmt.Println("a thread runs after the crash") })
		green.Sleep(time.Hour)
	}
	programs["panic in main"] = func() {
		green.Go(func() { fmt.Println("a thread runs after the crash") })
		explode()
	}
	programs["panic in call"] = func() {
		green.Go(func() { patched.Call00(explode) })
		green.Sleep(time.Hour)
	}
	programs["goexit of main"] = func() {
		green.Go(func() {
			green.Sleep(time.Millisecond)
			fmt.Println("the others go on")
			os.Exit(3)
		})
		runtime.Goexit()
	}
	programs["return"] = func() {
		green.Go(func() { fmt.Println("a thread runs after main") })
		c := make(chan int)
		green.Go(func() { green.Recv(c) })
	}
	programs["deadlock"] = func() {
		var mu sync.Mutex
		green.Lock(&mu)
		green.Go(func() { green.Lock(&mu) })
		green.Go(func() { green.Recv[int](nil) })
		green.Select()
	}
	programs["deadlock of a holder"] = func() {
		green.Go(func() {})
		<-make(chan int) // natively
	}
	programs["setting"] = func() { fmt.Println("runs") }
}

func explode() { panic(errBoom) }

// TestEnd: the ways a program ends are those of plain Go.
func TestEnd(t *testing.T) {
	tests := []struct {
		name, env string
		status    int
		stdout    string
		stderr    []string
	}{
		// The crash report is that of a goroutine: nothing recovered and
		// panicked again, the stack is the panicking one, and no other
		// thread runs after the crash.
		{"panic", "", 2, "the next thread runs\n", []string{"panic: ", "boom", "runtime_test.explode("}},
		{"panic in main", "", 2, "", []string{"boom", "goroutine 1 [running]:\n", "runtime_test.explode("}},
		{"panic in call", "", 2, "", []string{"boom", "runtime_test.explode("}},
		{"goexit of main", "", 3, "the others go on\n", nil},
		{"return", "", 0, "", nil},
		{"deadlock", "", 2, "", []string{"are asleep - deadlock!"}},
		{"deadlock of a holder", "", 2, "", []string{"are asleep - deadlock!"}},
		{"setting", "GREENIFY=nonsense", 2, "", []string{"greenify: unknown setting nonsense in GREENIFY"}},
		{"setting", "GREENIFY=stats=1", 0, "runs\n", []string{"greenify: threads=1 peak=1 switches=0 yields=0 rescued=0 preempted=0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if race && strings.HasPrefix(test.name, "deadlock") {
				return // built with -race, no program detects deadlocks
			}
			stdout, stderr, status := runProgram(t, test.name, test.env)
			if status != test.status || stdout != test.stdout {
				t.Errorf("exit status %d, stdout %q\n%s", status, stdout, stderr)
			}
			wantLines(t, "stderr", stderr, test.stderr...)
			if strings.Contains(stderr, "recovered") || test.stderr == nil && stderr != "" {
				t.Errorf("stderr:\n%s", stderr)
			}
		})
	}
}
