package green

import (
	"runtime"
	"time"
)

// A Thread describes one green thread.
type Thread struct {
	ID      uint64        // as in a stack dump's "goroutine N"
	Name    string        // by Handle.SetName
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
	name       *string
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
		if r.name != nil {
			t.Name = *r.name
		}
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
	Spawned  uint64 // threads started, main included; in source a callback (Enter) is one, too
	Alive    uint64 // threads that have not ended
	Peak     uint64 // most threads alive at once
	Switches uint64 // times the hub went from one thread to another
	Yields   uint64 // times a thread gave up the hub, by Yield even if nobody else was ready
	Rescued  uint64 // times the hub was taken from a thread stuck in a system call

	// Times a thread that computed for longer than GREENIFY=busy, while others were
	// ready, was made to yield; in source, times the hub was taken from one.
	Preempted uint64
}

// ReadStats returns the counters. It does not yield.
func ReadStats() Stats {
	var s Stats
	s.Spawned, s.Alive, s.Peak, s.Switches, s.Yields, s.Rescued, s.Preempted = stats()
	return s
}
