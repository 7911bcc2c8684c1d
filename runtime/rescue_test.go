//go:build !greenify

package green_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

func init() {
	programs["rescued"] = rescued
	programs["computes"] = computes
	programs["rescued deadlock"] = rescuedDeadlock
}

// rescued locks a mutex as unpatched code does, which a thread off the hub holds.
//
// Interleaving: the holder has left the hub with the lock; main waits for it with
// the hub; the holder queues for the hub, which it needs in order to unlock.
func rescued() {
	var mu sync.Mutex
	locked := make(chan bool)
	green.Go(func() {
		mu.Lock()
		green.Send(locked, true)
		green.Offload(func() { time.Sleep(10 * time.Millisecond) })
		mu.Unlock()
	})
	green.Recv(locked)
	mu.Lock()
	green.Yield() // back in the hub
	fmt.Println("in hub:", green.InHub(), "rescued:", green.ReadStats().Rescued)

	// One thread at a time, as ever.
	n := 0
	var wg sync.WaitGroup
	for range 10 {
		green.WaitGo(&wg, func() {
			for range 100 {
				was := n
				for range 1000 { // compute
				}
				n = was + 1
				if n%10 == 0 {
					green.Yield()
				}
			}
		})
	}
	green.Wait(&wg)
	fmt.Println(n)
}

// computes keeps the hub for longer than a thread that waits would be let.
func computes() {
	for begin := time.Now(); time.Since(begin) < 2*time.Second; {
		if green.ReadStats().Spawned == 1 {
			green.Go(func() {})
		}
	}
	green.Sleep(2 * time.Second) // until somebody has seen the end of the turn
	fmt.Println("rescued:", green.ReadStats().Rescued)
}

// rescuedDeadlock waits for what nobody has.
func rescuedDeadlock() {
	var mu sync.Mutex
	mu.Lock()
	green.Go(func() { fmt.Println("the other") })
	mu.Lock()
}

func TestRescue(t *testing.T) {
	if off() {
		t.Skip("GREENIFY=off: no hub to rescue")
	}
	t.Run("waits", func(t *testing.T) {
		t.Parallel()
		for _, traceback := range []string{"single", "system"} { // the dumps differ
			stdout, stderr, status := runProgram(t, "rescued", "GOTRACEBACK="+traceback)
			if stdout != "in hub: true rescued: 1\n1000\n" || status != 0 {
				t.Errorf("%s: stdout %q, status %d", traceback, stdout, status)
			}
			wantLines(t, "stderr", stderr,
				"ready meanwhile: 1; it is in\n", "\t\tsync.(*Mutex).Lock ", "_test.rescued ",
				"waits (sync.Mutex.Lock) and does not give up the hub, which goes on without it\n")
		}
	})
	t.Run("computes", func(t *testing.T) {
		t.Parallel()
		_, stderr, _ := runProgram(t, "computes", "GREENIFY=blocked=50ms,busy=off")
		if want := regexp.MustCompile(`^greenify: thread 1 has kept the hub for \d+ ms; ready meanwhile: 1; it is in\n(\t\t.*\n)*\t\t\S*computes .*rescue_test.go:\d+\n(\t\t.*\n)*greenify: thread 1 kept the hub for \d+ ms\n$`); !want.MatchString(stderr) {
			t.Errorf("stderr is\n%s", stderr)
		}
	})
	t.Run("deadlock", func(t *testing.T) {
		if race {
			t.Skip("the race detector links C, and with C there is no deadlock detector")
		}
		t.Parallel()
		stdout, stderr, status := runProgram(t, "rescued deadlock")
		if stdout != "the other\n" || status != 2 || !strings.Contains(stderr, "all goroutines are asleep - deadlock!") {
			t.Errorf("stdout %q, status %d, stderr\n%s", stdout, status, stderr)
		}
	})
}
