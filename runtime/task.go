package green

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// ErrGoexit is the error of a thread that ended by runtime.Goexit, not killed.
var ErrGoexit = errors.New("green: the thread has ended by runtime.Goexit")

// A PanicError is a panic that was carried from one thread to another.
type PanicError struct {
	Value any    // of the panic
	Stack []byte // where it panicked, as debug.Stack gives it
}

func (e *PanicError) Error() string { return fmt.Sprintf("%v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value of the panic if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A Task is a thread that computes a value. What is to be killed must undo its work in
// deferred calls, whatever error it has (Handle.Kill).
type Task[T any] struct {
	*Handle
	value T
}

// Spawn starts f as a thread of its own (Go) that can be waited for and killed.
// It does not yield: f begins when its turn comes. A panic in f ends the
// program, as in every goroutine. (eventlet.spawn)
func Spawn[T any](f func() (T, error)) *Task[T] {
	t := &Task[T]{Handle: newHandle()}
	t.launch(t.call(f))
	return t
}

// SpawnAfter is Spawn once d has passed, whether or not the caller still runs.
// Cancel and Kill before that end the task without running f. (eventlet.spawn_after)
func SpawnAfter[T any](d time.Duration, f func() (T, error)) *Task[T] {
	t := &Task[T]{Handle: newHandle()}
	call := t.call(f)
	labels := profLabel()
	t.timer = time.AfterFunc(d, func() {
		setProfLabel(labels) // launch inherits them
		t.launch(call)
	})
	return t
}

func (t *Task[T]) call(f func() (T, error)) func() error {
	return func() (err error) {
		t.value, err = f()
		return err
	}
}

// Wait waits for the task and returns what f returned; ErrKilled if the task was
// killed, and ErrGoexit if it called runtime.Goexit. It may be called many times,
// by any goroutine. It yields unless the task is done. (GreenThread.wait)
func (t *Task[T]) Wait() (T, error) {
	if err := t.Handle.Wait(); t.fate != fateReturn {
		return *new(T), err
	}
	return t.value, t.err
}

// A Handle controls a thread that this package started: a Task's, a Pool's, one
// that runs under a timeout.
type Handle struct {
	File string // where it was started
	Line int

	pc    uintptr       // likewise
	done  chan struct{} // closed once it has ended
	timer *time.Timer   // of SpawnAfter
	carry bool          // a panic is the task's error
	pool  *Pool

	fate   fate // set before done is closed
	killed bool // unwinds, in source or by killing itself; only the thread uses it

	mu      mutex // never held across a wait
	name    string
	state   taskState
	ref     threadRef // while state is taskRuns
	err     error     // once done is closed
	cause   error     // what Wait returns instead of ErrKilled
	links   []*Link
	inherit []binding // of the thread that made it
}

type taskState uint8

const (
	taskNew  taskState = iota // not begun
	taskRuns                  // has begun
	taskDone                  // has ended, or never will begin
)

// A fate is how a thread ended.
type fate uint8

const (
	fateReturn fate = iota
	fatePanic
	fateGoexit
	fateKilled
)

// newHandle makes the handle of a thread that the caller's caller starts.
func newHandle() *Handle {
	h := &Handle{done: make(chan struct{}), inherit: inherited()}
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	frame, _ := runtime.CallersFrames(pc[:]).Next()
	h.File, h.Line = frame.File, frame.Line
	h.pc = pc[0]
	return h
}

func (h *Handle) launch(f func() error) {
	run := func() { h.run(f) }
	if t := spawn(h.pc); t != nil {
		go t.run(run)
		return
	}
	startAt(h.pc)
	go run()
}

// run is the thread.
func (h *Handle) run(f func() error) {
	h.mu.Lock()
	if h.state == taskDone {
		h.mu.Unlock()
		return
	}
	h.state = taskRuns
	h.ref = thisThread()
	if h.name != "" {
		h.ref.setName(h.name)
	}
	marked := h.cause != nil // a timeout of no time: at the first yield point
	h.mu.Unlock()
	setData(&threadData{handle: h, bindings: h.inherit, id: h.ref.id})
	if marked {
		h.ref.kill()
	}

	var err error
	returned := false
	defer func() {
		if !returned {
			switch {
			case h.carry:
				if v := recover(); v != nil {
					err, h.fate = &PanicError{v, debug.Stack()}, fatePanic
					break
				}
				fallthrough
			default:
				if deferredBy() == "runtime.gopanic" {
					return // the program ends now
				}
				err, h.fate = ErrGoexit, fateGoexit
			}
		}
		h.mu.Lock()
		h.state = taskDone // nobody kills it any more
		if (immune() || h.killed) && h.fate == fateGoexit {
			h.fate = fateKilled
			if err = h.cause; err == nil {
				err = ErrKilled
			}
		}
		h.mu.Unlock()
		h.finish(err)
		setData(nil)
	}()
	err = f()
	returned = true
}

// finish publishes the end of the thread.
func (h *Handle) finish(err error) {
	h.mu.Lock()
	h.err = err
	links := h.links
	h.links = nil
	close(h.done)
	h.mu.Unlock()
	for _, l := range links {
		l.f(h)
	}
}

// Done returns a channel that is closed when the thread has ended.
func (h *Handle) Done() <-chan struct{} { return h.done }

// Wait waits for the thread and returns its error: what the function returned,
// ErrKilled or ErrGoexit. It yields unless the thread is done.
func (h *Handle) Wait() error {
	Recv(h.done)
	return h.err
}

// Name and SetName are for reports: Threads, deadlocks, greenify ps and top, traces.
// Current().SetName names the calling thread.
func (h *Handle) Name() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.name
}

// SetName sets the name.
func (h *Handle) SetName(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.name = name
	if h.state == taskRuns {
		h.ref.setName(name)
	}
}

// ID is the number of the thread's goroutine as in stack dumps and Threads; 0
// unless the thread runs.
func (h *Handle) ID() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state != taskRuns {
		return 0
	}
	return h.ref.id
}

// A Link is a function to be called when a thread ends.
type Link struct {
	h *Handle
	f func(*Handle)
}

// Link has f called when the thread ends: by the ending thread, in the order of
// the calls of Link, or now if it has ended; by whoever ended it if it never
// began. f may wait. (GreenThread.link)
func (h *Handle) Link(f func(*Handle)) *Link {
	l := &Link{h, f}
	h.mu.Lock()
	select {
	case <-h.done:
		h.mu.Unlock()
		f(h)
	default:
		h.links = append(h.links, l)
		h.mu.Unlock()
	}
	return l
}

// Unlink takes a function back. It reports false if that has been called or is
// about to be.
func (l *Link) Unlink() bool {
	l.h.mu.Lock()
	defer l.h.mu.Unlock()
	i := slices.Index(l.h.links, l)
	if i < 0 {
		return false
	}
	l.h.links = slices.Delete(l.h.links, i, i+1)
	return true
}

// Current returns the handle of the calling thread: nil if it was not started by
// this package (a go statement, main), and in an iterator that iter.Pull runs.
func Current() *Handle {
	if d := data(); d != nil {
		return d.handle
	}
	return nil
}

// deferredBy names the function that called its caller, a deferred function:
// runtime.gopanic, runtime.Goexit or, on return, the function that deferred it.
// Unlike recover it leaves a panic, and what a crash prints, as it is.
func deferredBy() string {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	frame, _ := runtime.CallersFrames(pc[:]).Next()
	return frame.Function
}
