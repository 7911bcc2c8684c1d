//go:build greenify

package green_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// TestNoYield: yielding inside panics with the position, and nothing is left
// behind in what would have been waited for.
func TestNoYield(t *testing.T) {
	var mu, held sync.Mutex
	held.Lock()
	c := make(chan int)
	cond := sync.NewCond(&mu)
	for name, f := range map[string]func(){
		"receive": func() { <-c },
		"select": func() {
			select {
			case <-c:
			case c <- 1:
			}
		},
		"lock":    held.Lock,
		"sleep":   func() { time.Sleep(time.Hour) },
		"cond":    func() { mu.Lock(); defer mu.Unlock(); cond.Wait() },
		"gosched": runtime.Gosched,
		"offload": func() { green.Offload(func() {}) },
	} {
		func() {
			defer func() {
				v := recover()
				if s := fmt.Sprint(v); !strings.Contains(s, "NoYield") || !strings.Contains(s, ".go:") {
					t.Errorf("%s: %v", name, v)
				}
			}()
			green.NoYield(f)
			t.Errorf("%s: went on", name)
		}()
		runtime.Gosched() // allowed again
	}
	held.Unlock()
	if !held.TryLock() || !mu.TryLock() {
		t.Error("left locked")
	}
	select {
	case c <- 1:
		t.Error("somebody receives")
	default:
	}
	green.NoYield(func() { make(chan int, 1) <- 1 })
}
