package green

import (
	"reflect"
	"runtime"
	"time"
)

// InHub reports whether the caller is a green thread: whether it runs on the
// hub. It is false in a program built by plain Go, with GREENIFY=off, in a
// native goroutine and inside Offload.
func InHub() bool { return inHub() }

// Enabled reports whether the program was built by greenify and runs with its
// hub: false in plain Go and with GREENIFY=off.
func Enabled() bool { return enabled() }

// Go starts f as a goroutine: a green thread in a patched program. It is the
// go statement, and does not yield.
func Go(f func()) { go f() }

// Sleep is time.Sleep. It yields.
func Sleep(d time.Duration) { time.Sleep(d) }

// Yield lets the threads that are ready run before the caller goes on. It is
// runtime.Gosched. (eventlet.sleep(0))
func Yield() { runtime.Gosched() }

// Send is the statement c <- v. It yields only if it has to wait.
func Send[T any](c chan<- T, v T) { c <- v }

// Recv is the expression <-c. It yields only if it has to wait.
func Recv[T any](c <-chan T) T { return <-c }

// Recv2 is Recv with the second value of a receive: false when c is closed and
// empty.
func Recv2[T any](c <-chan T) (v T, ok bool) {
	v, ok = <-c
	return v, ok
}

// A Case is one case of a Select.
type Case interface {
	selectCase() reflect.SelectCase
	chosen(v reflect.Value, ok bool)
}

// A Received is a case that receives. When Select has chosen it, V and OK are
// what v, ok := <-c gives.
type Received[T any] struct {
	V  T
	OK bool
	c  <-chan T
}

// OnRecv is the case of receiving from c.
func OnRecv[T any](c <-chan T) *Received[T] { return &Received[T]{c: c} }

func (r *Received[T]) selectCase() reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(r.c)}
}

func (r *Received[T]) chosen(v reflect.Value, ok bool) {
	r.V, _ = v.Interface().(T) // a nil interface value has no dynamic type
	r.OK = ok
}

// OnSend is the case of sending v to c.
func OnSend[T any](c chan<- T, v T) Case { return send[T]{c, v} }

type send[T any] struct {
	c chan<- T
	v T
}

func (s send[T]) selectCase() reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(s.c), Send: reflect.ValueOf(&s.v).Elem()}
}

func (send[T]) chosen(reflect.Value, bool) {}

// Select is the select statement without default, for a number of cases that
// may be known only at run time. It waits until a case can go on, chooses one
// of those that can at random and returns its index. Without cases it waits for
// ever. It yields only if it has to wait.
func Select(cases ...Case) int {
	sel := make([]reflect.SelectCase, len(cases))
	for i, c := range cases {
		sel[i] = c.selectCase()
	}
	i, v, ok := reflect.Select(sel)
	cases[i].chosen(v, ok)
	return i
}

// Offload runs f outside the hub: the other green threads run meanwhile, in
// parallel with f. Use it for work that would hold the hub: a long computation,
// a C library that blocks. f must not touch what green threads share without a
// lock. When f returns or panics the caller waits for its turn in the hub.
// In a native goroutine, and unpatched, it just calls f. (eventlet.tpool.execute)
func Offload(f func()) {
	if leave() {
		defer enter()
	}
	f()
}

// A Thread describes one green thread.
type Thread struct {
	ID      uint64        // as in a stack dump's "goroutine N"
	Parent  uint64        // ID of the thread that started it
	Running bool          // owns the hub
	Wait    string        // what it waits for, such as "chan receive"; "" if it runs or is ready
	Since   time.Duration // how long it has waited, in steps of about 10 ms
	File    string        // where it was started
	Line    int
}

// record has the layout of the hub's hubThread.
type record struct {
	id, parent uint64
	gopc       uintptr
	wait       string
	since      time.Duration
	owner      bool
}

// Threads lists the green threads that are alive; nil when unpatched. It does
// not yield.
func Threads() []Thread {
	buf := make([]record, 64)
	n := threads(buf)
	for n > len(buf) {
		buf = make([]record, n+n/4)
		n = threads(buf)
	}
	var list []Thread
	for _, r := range buf[:n] {
		t := Thread{ID: r.id, Parent: r.parent, Running: r.owner, Wait: r.wait, Since: r.since}
		if r.gopc != 0 {
			frame, _ := runtime.CallersFrames([]uintptr{r.gopc}).Next()
			t.File, t.Line = frame.File, frame.Line
		}
		list = append(list, t)
	}
	return list
}

// Stats are the hub's counters since the program started; zero when unpatched.
type Stats struct {
	Spawned  uint64 // threads started, main included
	Alive    uint64 // threads that have not ended
	Peak     uint64 // most threads alive at once
	Switches uint64 // times the hub went from one thread to another
	Yields   uint64 // times a thread gave up the hub
	Rescued  uint64 // times the hub was taken from a thread stuck in a system call
}

// ReadStats returns the counters. It does not yield.
func ReadStats() Stats {
	var s Stats
	s.Spawned, s.Alive, s.Peak, s.Switches, s.Yields, s.Rescued = stats()
	return s
}
