package greentest_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/greentest"
)

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	cleanup []func()
	failed  []string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Cleanup(f func())          { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Error(args ...any)         { r.failed = append(r.failed, fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, a ...any) { r.failed = append(r.failed, fmt.Sprintf(f, a...)) }

// run runs a test and demands how often it fails, in a patched program.
func run(t *testing.T, failures int, test func(testing.TB)) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	test(r)
	for _, f := range r.cleanup {
		f()
	}
	if !green.InHub() {
		failures = 0
	}
	if len(r.failed) != failures {
		t.Errorf("fails %d times, want %d: %v", len(r.failed), failures, r.failed)
	}
	return r
}

func TestEmpty(t *testing.T) {
	greentest.Empty(t)
	run(t, 0, func(t testing.TB) {
		greentest.Empty(t)
		go time.Sleep(time.Millisecond) // ends in time
		time.AfterFunc(time.Hour, func() {}).Stop()
		time.NewTimer(time.Hour) // nobody waits for it
	})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := make(chan int)
	defer close(c)
	defer w.Close()
	left := run(t, 1, func(t testing.TB) {
		greentest.Empty(t)
		go func() { <-c }()
		go r.Read(make([]byte, 1))
		call := time.AfterFunc(time.Hour, func() {})
		t.Cleanup(func() { call.Stop() })
	})
	if report := strings.Join(left.failed, "\n"); green.InHub() {
		for _, want := range []string{"waits in chan receive", "waits in IO wait", "greentest_test.go:", "1 calls of time.AfterFunc"} {
			if !strings.Contains(report, want) {
				t.Errorf("no %q in\n%s", want, report)
			}
		}
	}
}

func TestMustYield(t *testing.T) {
	var mu sync.Mutex
	n := 0
	for name, f := range map[string]func(){
		"Gosched": runtime.Gosched,
		"sleep":   func() { time.Sleep(time.Nanosecond) },
		"offload": func() { green.Offload(func() {}) },
	} {
		run(t, 0, func(t testing.TB) { greentest.MustYield(t, f) })
		if r := run(t, 1, func(t testing.TB) { greentest.MustNotYield(t, f) }); len(r.failed) == 0 && green.InHub() {
			t.Error(name)
		}
	}
	free := func() {
		mu.Lock()
		n++
		mu.Unlock()
		c := make(chan int, 1)
		c <- 1
		<-c
		go func() {}()
	}
	run(t, 0, func(t testing.TB) { greentest.MustNotYield(t, free) })
	run(t, 1, func(t testing.TB) { greentest.MustYield(t, free) })
}
