//go:build greenify

package green_test

import (
	"iter"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/greentest"
)

// TestNoYieldWaiting: NoYield in every kind of wait, twice each, with no other thread
// in between; then what was waited for is as if nobody had.
func TestNoYieldWaiting(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			wait, check := w.make(t)
			ran := false
			go func() { ran = true }()
			greentest.MustNotYield(t, func() {
				for range 2 {
					err, other := inside(wait)
					if err == nil || err.Late || !strings.HasSuffix(err.File, "kill_test.go") {
						t.Errorf("%v, %v", err, other)
					}
				}
			})
			if ran {
				t.Error("another thread ran")
			}
			check()
		})
	}
}

// TestNoYieldPullLong: nothing takes the hub from the goroutine of an iterator that acts for a thread
// inside NoYield: neither the end of busy=, 100 ms in a test, nor a system call that takes long or
// is made in order to wait. Behind NoYield the same takes it.
func TestNoYieldPullLong(t *testing.T) {
	ways := map[string]func(){
		"computes": func() { compute(400 * time.Millisecond) },
		"waits":    func() { syscall.Nanosleep(&syscall.Timespec{Nsec: 50e6}, nil) },
		"calls": func() { // a descriptor of the time
			fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, 1, 0, 0) // CLOCK_MONOTONIC
			if errno != 0 {
				t.Fatal(errno)
			}
			defer syscall.Close(int(fd))
			once := [2]syscall.Timespec{1: {Nsec: 50e6}}
			if _, _, errno := syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, fd, 0, uintptr(unsafe.Pointer(&once)), 0, 0, 0); errno != 0 {
				t.Fatal(errno)
			}
			if n, err := syscall.Read(int(fd), make([]byte, 8)); n != 8 {
				t.Fatal(n, err)
			}
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			next, stop := iter.Pull(func(yield func(int) bool) {
				for i := 0; yield(i); i++ {
					way()
				}
			})
			defer stop()
			next()
			ran := false
			go func() { ran = true }()
			if err, other := inside(func() {
				if next(); ran {
					t.Error("another thread ran inside NoYield")
				}
			}); err != nil || other != nil {
				t.Error(err, other)
			}
			if next(); !ran {
				t.Error("no other thread ran behind NoYield")
			}
		})
	}
}

// TestNoYieldCall: a system call keeps the hub, however long it takes.
func TestNoYieldCall(t *testing.T) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		t.Fatal(err)
	}
	var ran, early atomic.Bool
	begun, native := make(chan bool), make(chan bool)
	go inNative(func() {
		begun <- true
		time.Sleep(50 * time.Millisecond) // longer than the hub is kept otherwise
		early.Store(ran.Load())
		syscall.Write(p[1], []byte("x"))
		close(native)
	})
	<-begun
	green.NoYield(func() {
		go ran.Store(true)
		if n, err := syscall.Read(p[0], make([]byte, 1)); n != 1 || err != nil {
			t.Error(n, err)
		}
	})
	<-native
	if early.Load() {
		t.Error("another thread ran during a system call")
	}
	syscall.Close(p[0])
	syscall.Close(p[1])
}

// TestNoYieldLate: a wait that cannot be cut, such as an iterator's, takes place and
// is told afterwards. A kill that comes meanwhile is delivered behind it.
func TestNoYieldLate(t *testing.T) {
	c := make(chan int)
	next, stop := iter.Pull(func(yield func(int) bool) { yield(<-c) })
	defer stop()
	var late *green.YieldError
	value, through := 0, false
	task := green.Spawn(func() (int, error) {
		late, _ = inside(func() { value, _ = next() })
		runtime.Gosched()
		through = true
		return 1, nil
	})
	settle()
	task.Kill()
	c <- 5
	if _, err := task.Wait(); err != green.ErrKilled || through || value != 5 {
		t.Errorf("%v, %v, %d", err, through, value)
	}
	if late == nil || !late.Late || !strings.HasSuffix(late.File, "strict_test.go") {
		t.Error(late)
	}
}

// TestNoYieldProcess: waiting for a child that runs.
func TestNoYieldProcess(t *testing.T) {
	p, err := os.StartProcess("/bin/sleep", []string{"sleep", "1000"}, &os.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	if late, _ := inside(func() { p.Wait() }); late == nil || late.Late || !strings.HasSuffix(late.File, "strict_patched_test.go") {
		t.Error(late)
	}
	p.Kill()
	if s, err := p.Wait(); err != nil || s.String() != "signal: killed" {
		t.Error(s, err)
	}
}
