//go:build !greenify

package green_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// polls are loops that end when another thread has done something. The first ones poll
// by operations of package green, which yield when they are late; the others call
// nothing that is patched, so the baton is taken from them.
var polls = []struct {
	name      string
	preempted bool
	loop      func(p *polled)
}{
	{"Lock", false, func(p *polled) {
		for done := false; !done; {
			green.Lock(&p.mu)
			done = p.done
			p.mu.Unlock()
		}
	}},
	{"RLock", false, func(p *polled) {
		for done := false; !done; {
			green.RLock(&p.rw)
			done = p.done
			p.rw.RUnlock()
		}
	}},
	{"TryLock", false, func(p *polled) {
		for done := false; !done; {
			if green.TryLock(&p.mu) {
				done = p.done
				p.mu.Unlock()
			}
		}
	}},
	{"TryLock of a lock that is taken", false, func(p *polled) {
		for !green.TryLock(&p.taken) {
		}
	}},
	{"TryRLock", false, func(p *polled) {
		for done := false; !done; {
			if green.TryRLock(&p.rw) {
				done = p.done
				p.rw.RUnlock()
			}
		}
	}},
	{"Once", false, func(p *polled) {
		for !p.done {
			green.Do(&p.once, func() {})
		}
	}},
	{"OnceFunc", false, func(p *polled) {
		once := green.OnceFunc(func() {})
		for !p.done {
			once()
		}
	}},
	{"Wait of nothing", false, func(p *polled) {
		for !p.done {
			green.Wait(&p.none)
		}
	}},
	{"Sleep(0)", false, func(p *polled) {
		for !p.done {
			green.Sleep(0)
		}
	}},
	{"Sleep(-1)", false, func(p *polled) {
		for !p.done {
			green.Sleep(-1)
		}
	}},
	{"rarely", false, func(p *polled) { // an operation in half a slice of the watchdog
		for !p.done {
			for begin := time.Now(); time.Since(begin) < 20*time.Millisecond; {
			}
			green.Lock(&p.mu)
			p.mu.Unlock()
		}
	}},
	{"Load", true, func(p *polled) {
		for !p.flag.Load() {
		}
	}},
	{"CompareAndSwap", true, func(p *polled) {
		for !p.flag.CompareAndSwap(true, false) {
		}
	}},
	{"Err", true, func(p *polled) {
		for p.ctx.Err() == nil {
		}
	}},
	{"Map", true, func(p *polled) {
		for {
			if _, ok := p.m.Load(1); ok {
				return
			}
		}
	}},
	{"len", true, func(p *polled) {
		for len(p.c) == 0 {
		}
	}},
	{"NumGoroutine", true, func(p *polled) {
		for runtime.NumGoroutine() < 1000 {
		}
	}},
	{"Sprint", true, func(p *polled) {
		for !p.flag.Load() {
			_ = fmt.Sprint(p)
		}
	}},
	{"Fprint", true, func(p *polled) {
		for !p.flag.Load() {
			fmt.Fprint(os.Stderr, "")
		}
	}},
}

type polled struct {
	mu, taken sync.Mutex
	rw        sync.RWMutex
	once      sync.Once
	none      sync.WaitGroup
	m         sync.Map
	flag      atomic.Bool
	done      bool
	c         chan int
	ctx       context.Context
	cancel    func()
}

func (*polled) String() string { return "" }

func (p *polled) end() {
	green.Sleep(10 * time.Millisecond)
	p.done = true
	p.taken.Unlock()
	p.m.Store(1, 1)
	p.c <- 1
	p.cancel()
	p.flag.Store(true)
	for range 1000 {
		go func() { select {} }()
	}
}

func init() {
	for _, poll := range polls {
		programs["polls "+poll.name] = func() {
			p := &polled{c: make(chan int, 1)}
			p.ctx, p.cancel = context.WithCancel(context.Background())
			p.taken.Lock()
			green.Go(p.end)
			poll.loop(p)
			s := green.ReadStats()
			green.Yield() // waits for the hub
			// A write may look like one that waits.
			fmt.Println("in hub:", green.InHub(), "preempted:", s.Preempted+s.Rescued > 0)
		}
	}
	programs["preempted twice"] = preemptedTwice
	programs["alone"] = aloneWhilePreempted
	programs["not preempted"] = notPreempted
	programs["busy in NoYield"] = busyInNoYield
}

// TestPolls: a loop that polls ends, and only one that calls nothing patched runs beside
// the hub for that. Nothing in the test says when: without the mend the program would
// never end.
func TestPolls(t *testing.T) {
	if off() {
		t.Skip("GREENIFY=off: no hub to keep")
	}
	for _, poll := range polls {
		t.Run(poll.name, func(t *testing.T) {
			t.Parallel()
			busy := "GREENIFY=busy=off"
			if poll.preempted {
				busy = "GREENIFY=busy=50ms"
			}
			stdout, stderr, status := runProgram(t, "polls "+poll.name, busy)
			if want := fmt.Sprintln("in hub:", true, "preempted:", poll.preempted); stdout != want || status != 0 {
				t.Errorf("status %d, stdout %q, want %q, stderr\n%s", status, stdout, want, stderr)
			}
			if !poll.preempted && stderr != "" {
				t.Errorf("stderr is\n%s", stderr)
			}
		})
	}
}

// preemptedTwice computes in one place until it has been preempted three times, and then in
// another one.
func preemptedTwice() {
	var stop atomic.Bool
	green.Go(func() { // always ready
		for !stop.Load() {
			green.Yield()
		}
	})
	for n := uint64(1); n <= 3; n++ {
		computeHere(n)
		green.Yield()
	}
	computeThere(4)
	green.Yield()
	stop.Store(true)
	green.Sleep(2 * time.Second) // until the watchdog has said it
	fmt.Println(green.ReadStats().Preempted)
}

//go:noinline
func computeHere(n uint64) {
	for green.ReadStats().Preempted < n {
	}
}

//go:noinline
func computeThere(n uint64) {
	for green.ReadStats().Preempted < n {
	}
}

// aloneWhilePreempted: a thread that the baton was taken from takes no steps while others do, but
// where Go's scheduler cuts them: the program has one processor until it is back.
func aloneWhilePreempted() {
	before := runtime.GOMAXPROCS(0)
	var during int
	var seen atomic.Bool
	green.Go(func() {
		during = runtime.GOMAXPROCS(0)
		seen.Store(true)
	})
	for !seen.Load() {
	}
	green.Yield()
	for runtime.GOMAXPROCS(0) != before { // it is put back by another goroutine
		green.Sleep(time.Millisecond)
	}
	fmt.Println(before, during)
}

// notPreempted computes while nobody is ready, and then, for less than the limit of processor
// time, while somebody is.
func notPreempted() {
	for begin := time.Now(); time.Since(begin) < 300*time.Millisecond; {
	}
	green.Go(func() {})
	time.Sleep(300 * time.Millisecond) // natively; it takes no processor time
	for range 1000 {
		runtime.NumGoroutine()
	}
	fmt.Println("preempted:", green.ReadStats().Preempted)
}

func busyInNoYield() {
	n := 0
	green.Go(func() { n++ })
	green.NoYield(func() {
		for begin := time.Now(); time.Since(begin) < 500*time.Millisecond; {
		}
		fmt.Println(n, "preempted:", green.ReadStats().Preempted)
	})
	green.Yield()
}

func TestBusy(t *testing.T) {
	if off() {
		t.Skip("GREENIFY=off: no hub to keep")
	}
	for _, test := range []struct{ program, setting, stdout, stderr string }{
		{"preempted twice", "busy=20ms", "4\n", `^(greenify: thread 1 has kept the hub for \d+ ms; ready meanwhile: 1; it is in\n` +
			`(\t\t.*\n)*\t\t\S*compute(T)?[Hh]ere .*busy_test.go:\d+\n(\t\t.*\n)*` +
			`greenify: thread 1 computes and does not give up the hub, which goes on without it until its next call that may wait; GREENIFY=busy=off keeps the hub for it\n){2}$`},
		{"alone", "busy=20ms", "", ""},
		{"not preempted", "busy=100ms", "preempted: 0\n", "^$"},
		{"busy in NoYield", "busy=20ms", "0 preempted: 0\n", "^$"},
		{"computes", "busy=off", "rescued: 0\n", "^$"},
		{"computes", "busy=20ms,stats=1", "rescued: 0\n", ` rescued=0 preempted=[1-9]\d*\n$`},
	} {
		t.Run(test.program+" "+test.setting, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, status := runProgram(t, test.program, "GREENIFY="+test.setting)
			if test.program == "alone" {
				var before, during int
				if n, err := fmt.Sscan(stdout, &before, &during); n != 2 || during != 1 {
					t.Errorf("%d and %d processors, %v", before, during, err)
				}
			} else if stdout != test.stdout || !regexp.MustCompile(test.stderr).MatchString(stderr) {
				t.Errorf("stdout %q, stderr\n%s", stdout, stderr)
			}
			if status != 0 {
				t.Errorf("status %d, stderr\n%s", status, stderr)
			}
		})
	}
}

// TestBusySetting: what the setting takes.
func TestBusySetting(t *testing.T) {
	for value, status := range map[string]int{"off": 0, "0": 0, "1s": 0, "100ms": 0, "1": 2, "-1s": 2, "on": 2, "": 2} {
		if _, stderr, got := runProgram(t, "registry", "GREENIFY=busy="+value, "GREEN_TEST_RULES="+rules); got != status {
			t.Errorf("busy=%s: status %d, want %d: %s", value, got, status, stderr)
		}
	}
}
