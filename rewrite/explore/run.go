package explore

import (
	"regexp"
	"strconv"
	"time"
)

// A Run is a schedule that was run with its steps printed (runtime/hub/sim_show.go).
type Run struct {
	Steps []Step
	Waits []Wait // of the threads that were left in the end
}

// A Step is one of a schedule: a thread comes somewhere or gets the hub, draws a number, or
// the time goes on.
type Step struct {
	N      int
	Turn   bool // the thread has just got the hub
	Thread int
	Place
	Does, On string        // the operation that comes next, and its object
	Started  string        // of a turn: where its thread was started
	Drawn    string        // who draws what, of how many
	Later    time.Duration // that the time goes on by
	Early    bool          // though threads were ready
}

// A Place is one in the source.
type Place struct {
	File string
	Line int
	Func string
}

// A Wait is what a thread waits for.
type Wait struct {
	Thread int
	Place
	In string // kind of the wait
	On []Object
}

// An Object is what threads wait for: a channel, a lock.
type Object struct {
	ID    string // its address
	Known []Known
}

// Known is a thread that could end the wait.
type Known struct {
	How    string // it has the lock ("held"), has deferred its Unlock ("deferred"), or refers to the object ("known")
	Thread int
}

const placeForm = `thread (\d+) at (.+):(\d+) (\S+)`

var (
	stepForm  = regexp.MustCompile(`^step (\d+)( ->|   ) ` + placeForm + `(?: does (\S+) on (0x[0-9a-f]+))?(?: started (.+:\d+))?$`)
	drawForm  = regexp.MustCompile(`^draws (\d+) ` + placeForm + `: (\d+) of (\d+) for (.+)$`)
	clockForm = regexp.MustCompile(`^clock (\d+) (\d+) (idle|early)$`)
	waitForm  = regexp.MustCompile(`^waits (\d+) ` + placeForm + ` in (.+?):((?: (?:on|held|deferred|known) \w+)*)$`)
	onForm    = regexp.MustCompile(` (on|held|deferred|known) (\w+)`)
)

// Read takes a line of what the program printed, if it is one of the run's.
func (r *Run) Read(line string) bool {
	place := func(m []string) (int, Place) { return number(m[0]), Place{m[1], number(m[2]), m[3]} }
	if m := stepForm.FindStringSubmatch(line); m != nil {
		s := Step{N: number(m[1]), Turn: m[2] == " ->", Does: m[7], On: m[8], Started: m[9]}
		s.Thread, s.Place = place(m[3:])
		r.Steps = append(r.Steps, s)
		return true
	}
	if m := drawForm.FindStringSubmatch(line); m != nil {
		s := Step{N: number(m[1]), Drawn: drawn(m[6], m[7], m[8])}
		s.Thread, s.Place = place(m[2:])
		r.Steps = append(r.Steps, s)
		return true
	}
	if m := clockForm.FindStringSubmatch(line); m != nil {
		r.Steps = append(r.Steps, Step{N: number(m[1]), Later: time.Duration(number(m[2])), Early: m[3] == "early"})
		return true
	}
	if m := waitForm.FindStringSubmatch(line); m != nil {
		w := Wait{In: m[6]}
		w.Thread, w.Place = place(m[2:])
		for _, on := range onForm.FindAllStringSubmatch(m[7], -1) {
			if on[1] == "on" {
				w.On = append(w.On, Object{ID: on[2]})
			} else if n := len(w.On); n > 0 {
				w.On[n-1].Known = append(w.On[n-1].Known, Known{on[1], number(on[2])})
			}
		}
		r.Waits = append(r.Waits, w)
		return true
	}
	return false
}

// drawn says what was drawn: a number of some, or any, whose digits mean nothing, but tell two
// from one another.
func drawn(n, below, what string) string {
	if below != "0" {
		return what + " draws " + n + " of " + below
	}
	word, _ := strconv.ParseUint(n, 10, 64)
	return what + " draws 0x" + strconv.FormatUint(word, 16)
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// hold is how a thread got a lock: at a step, where.
type hold struct {
	thread, step int
	at           Place
}

// holders says who has each lock in the end: of those who came to lock it, who got it last.
// A thread that comes to a Lock has the lock when it runs on from there. What TryLock does is not
// known, nor when readers end.
func (r *Run) holders() map[string]hold {
	last := map[string]hold{}  // by lock
	coming := map[int]struct { // by thread
		lock string
		hold hold
	}{}
	commit := func(thread int) {
		if c, ok := coming[thread]; ok && c.hold.step >= last[c.lock].step {
			last[c.lock] = c.hold
		}
		delete(coming, thread)
	}
	for _, s := range r.Steps {
		if s.Thread == 0 || s.Drawn != "" {
			continue
		}
		if s.Turn {
			if c, ok := coming[s.Thread]; ok {
				c.hold.step = s.N
				coming[s.Thread] = c
			}
			continue
		}
		commit(s.Thread)
		switch c := coming[s.Thread]; s.Does {
		case "sync.(*Mutex).Lock", "sync.(*RWMutex).Lock":
			c.lock, c.hold = s.On, hold{thread: s.Thread, step: s.N, at: s.Place}
			coming[s.Thread] = c
		case "sync.(*Mutex).TryLock", "sync.(*RWMutex).TryLock":
			c.lock, c.hold = s.On, hold{step: s.N}
			coming[s.Thread] = c
		}
	}
	for _, w := range r.Waits {
		for _, o := range w.On {
			if coming[w.Thread].lock == o.ID {
				delete(coming, w.Thread)
			}
		}
	}
	for thread := range coming {
		commit(thread)
	}
	return last
}
