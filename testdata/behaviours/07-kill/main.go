// Kill and cancel: a thread that has not begun, that waits for time, a lock, a
// queue, a socket, that computes, twice, itself. Deferred calls run, and what the
// thread waited for is fit for the next. Unpatched nothing that runs can be killed,
// and Kill says so.
package main

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

// wait is task.Wait, which must not take longer than check.Limit.
func wait(what string, task *green.Task[int]) (int, error) {
	check.Within(what+" ends", task.Done())
	return task.Wait()
}

func ended(what string, task *green.Task[int]) {
	_, err := wait(what, task)
	check.That(errors.Is(err, green.ErrKilled), "%s: %v", what, err)
}

func main() {
	ran := false
	unstarted := green.SpawnAfter(time.Hour, func() (int, error) { ran = true; return 0, nil })
	check.That(unstarted.Kill() == nil, "unstarted: kill")
	ended("unstarted", unstarted)
	cancelled := green.SpawnAfter(time.Hour, func() (int, error) { ran = true; return 0, nil })
	check.That(cancelled.Cancel() && !cancelled.Cancel(), "cancelled once")
	ended("cancelled", cancelled)
	if !green.Enabled() {
		begun := make(chan bool)
		task := green.Spawn(func() (int, error) { begun <- true; <-begun; return 1, nil })
		<-begun
		check.That(errors.Is(task.Kill(), errors.ErrUnsupported), "unpatched: kill is refused")
		close(begun)
		return
	}
	spawned := green.Spawn(func() (int, error) { ran = true; return 0, nil })
	spawned.Kill()
	ended("spawned, killed before its turn", spawned)
	green.Yield()
	check.That(!ran, "its function never ran")

	var (
		mu    sync.Mutex
		queue = green.NewQueue[int](1)
		l     = check.Must1(net.Listen("tcp", "127.0.0.1:0"))
		c     = check.Must1(net.Dial("tcp", l.Addr().String()))
		peer  = check.Must1(l.Accept())
		r, w  = check.Pipe()
	)
	mu.Lock()
	for _, where := range []struct {
		name, reason string
		wait, after  func()
	}{
		{"sleep", "sleep", func() { time.Sleep(time.Hour) }, func() {}},
		{"lock", "sync.Mutex.Lock", mu.Lock, func() { mu.Unlock(); mu.Lock() }},
		{"queue", "chan receive", func() { queue.Get() }, func() {
			queue.Put(7)
			n, _ := queue.Get()
			check.Equal("the next from the queue", n, 7)
		}},
		{"socket", "IO wait", func() { c.Read(make([]byte, 1)) }, func() { reads("socket", c, peer) }},
		{"pipe", "IO wait", func() { r.Read(make([]byte, 1)) }, func() { reads("pipe", r, w) }},
	} {
		deferred := false
		task := green.Spawn(func() (int, error) {
			defer func() { deferred = recover() == nil }()
			where.wait()
			return 1, nil
		})
		check.Parked(where.reason, 1)
		check.That(task.Kill() == nil && task.Kill() == nil, "%s: killed, twice", where.name)
		ended(where.name, task)
		check.That(deferred, "%s: its deferred calls ran", where.name)
		where.after()
		check.That(task.Kill() == nil, "%s: killed once it has ended", where.name)
	}

	// In a computation: at the next yield point. Kill comes from outside the hub.
	var computing atomic.Bool
	finished := false
	task := green.Spawn(func() (int, error) {
		computing.Store(true)
		for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
		}
		finished = true
		time.Sleep(time.Hour)
		return 1, nil
	})
	green.Offload(func() {
		for !computing.Load() {
			time.Sleep(time.Millisecond)
		}
		check.Must(task.Kill())
	})
	ended("computing", task)
	check.That(finished, "it finished what it computed")

	after := false
	self := green.Spawn(func() (int, error) {
		green.Current().Kill()
		after = true
		return 1, nil
	})
	ended("itself", self)
	check.That(!after, "at once")

	done := green.Spawn(func() (int, error) { return 42, nil })
	n, err := wait("ended", done)
	check.Must(done.Kill())
	m, _ := done.Wait()
	check.That(n == 42 && m == 42 && err == nil, "a kill after the end changes nothing: %d", m)

	losesNothing()
}

// reads demands that r is fit for the next reader.
func reads(what string, r interface{ Read([]byte) (int, error) }, w interface{ Write([]byte) (int, error) }) {
	check.Must1(w.Write([]byte("x")))
	n, err := r.Read(make([]byte, 9))
	check.That(n == 1 && err == nil, "%s: the next reader has %d bytes, %v", what, n, err)
}
