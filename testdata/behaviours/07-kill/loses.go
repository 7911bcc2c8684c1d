package main

import (
	"context"
	"errors"
	"os/exec"
	"sync"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

// losesNothing kills where something would be lost: a lock that the caller's deferred
// calls unlock, a signal, an item, a panic, the readers of a lock, a child.
func losesNothing() {
	spawn := func(f func()) *green.Task[int] {
		return green.Spawn(func() (int, error) { f(); return 1, nil })
	}

	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	waitsFor := func(c *sync.Cond) func() {
		return func() {
			c.L.Lock()
			defer c.L.Unlock()
			c.Wait()
		}
	}
	waits := waitsFor(cond)
	task := spawn(waits)
	check.Parked("sync.Cond.Wait", 1)
	mu.Lock()
	cond.Signal()
	check.Parked("sync.Mutex.Lock", 1) // again, in Cond.Wait
	check.Must(task.Kill())
	green.Yield()
	check.That(!mu.TryLock(), "the lock is still locked")
	mu.Unlock()
	ended("a condition that locks again", task)
	check.That(mu.TryLock(), "the lock is unlocked")
	mu.Unlock()

	dead, alive := spawn(waits), spawn(waits)
	check.Parked("sync.Cond.Wait", 2)
	check.Must(dead.Kill())
	ended("a condition", dead)
	cond.Signal()
	_, err := wait("the one that lives", alive)
	check.That(err == nil, "the signal is for the one that lives: %v", err)

	slow := slowLocker{gate: make(chan bool)}
	cond = sync.NewCond(&slow)
	first := spawn(waitsFor(cond))
	check.Parked("chan receive", 1) // has its ticket, and unlocks
	second := spawn(waitsFor(cond))
	check.Parked("sync.Cond.Wait", 1)
	close(slow.gate)
	check.Parked("sync.Cond.Wait", 2)
	check.Must(first.Kill())
	ended("who came late with the first ticket", first)
	cond.Signal()
	_, err = wait("who came before", second)
	check.That(err == nil, "the signal is for who came before: %v", err)

	queue := green.NewQueue[int](1)
	queue.Put(1)
	task = spawn(func() { queue.Put(2) })
	check.Parked("chan receive", 1)
	check.Must(task.Kill())
	queue.TryGet() // before it has run
	_, there := queue.TryGet()
	check.That(!there, "a killed Put has put nothing")
	ended("Queue.Put", task)

	ctx, cancel := context.WithCancel(context.Background())
	func() {
		defer func() {
			e, _ := recover().(error)
			p := (*green.PanicError)(nil)
			check.That(errors.As(e, &p) && p.Value == "kept", "a kill keeps a panic")
		}()
		err := green.WithContext(ctx, func() error {
			defer func() {
				cancel()
				for range 10 {
					green.Yield()
				}
			}()
			panic("kept")
		})
		check.That(false, "the panic became %v", err)
	}()

	var rw sync.RWMutex
	rw.RLock()
	task = spawn(rw.Lock)
	check.Parked("sync.RWMutex.Lock", 1)
	check.Must(task.Kill())
	ended("RWMutex.Lock", task)
	reader := spawn(rw.RLock)
	_, err = wait("a reader beside the first", reader)
	check.That(err == nil && rw.TryRLock(), "a killed writer keeps no reader out: %v", err)

	child := exec.Command("sleep", "1000")
	check.Must(child.Start())
	task = spawn(func() { child.Wait() })
	check.Parked("IO wait", 1)
	check.Must(task.Kill())
	ended("Cmd.Wait", task)
	check.Must(child.Process.Kill())
	err = child.Wait()
	check.That(err != nil && err.Error() == "signal: killed", "the child ran on, and is waited for again: %v", err)
}

// A slowLocker waits in its first Unlock.
type slowLocker struct {
	sync.Mutex
	gate chan bool
	used bool
}

func (l *slowLocker) Unlock() {
	l.Mutex.Unlock()
	if !l.used {
		l.used = true
		<-l.gate
	}
}
