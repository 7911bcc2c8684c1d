//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Child processes are real, but they take no time, as far as can be: they are at work while
// the program is, and where it could see how far they are, it waits until they are at rest.
// So what it reads from a pipe, and whether a child has ended, depends on what it has done
// itself, and not on who was faster.
//
// It could see that in a system call (hubChildBefore), and when a descriptor of the kernel's has
// become ready: the hub asks for that (hubSimPoll) when no thread is ready, or once in many
// steps. All that are ready then are taken in by one order: who has waited longest is first.
//
// A family is at rest when each of its threads waits for others (sim_kin.go). One that sleeps for
// less than a second goes on by itself, and is waited for. So is one that sleeps for longer if
// nothing else can happen; then it may be the time that is to go on.

// hubChildren is how many processes the family has, for package syscall as well: 0 is the rule.
//
//go:linkname hubChildren
var hubChildren uint32

// hubChild is what is known of them. Who owns the hub owns it.
var hubChild struct {
	state hubKinState  // at the last rest
	sum   uint64       // of what was seen of them then
	works bool         // in this test they did not come to rest, and are no longer waited for
	naps  bool         // likewise, because of some who sleep for short times again and again
	waits atomic.Int32 // threads that wait for a descriptor that children are at the other end of
	asked uint64       // step at which the kernel's descriptors were asked for last

	poller muintptr // who asks now
}

const (
	hubChildNap   = 1e9  // nanoseconds: who sleeps for less is waited for
	hubChildSleep = 10e9 // who sleeps for longer sleeps for ever
	hubChildNaps  = 2e9  // for how long, if it does so again and again
	hubChildPause = 2000 // microseconds between two looks, at most
	hubChildSteps = 1000 // steps behind which the kernel's descriptors are asked for though threads are ready
)

// syscall_hubChildStarted is called for a new child, which runs its program by now.
//
//go:linkname syscall_hubChildStarted syscall.hubChildStarted
func syscall_hubChildStarted(pid int) {
	if hubSim.clock != 0 && getg().hub.owner {
		systemstack(func() { hubKinAdd(int32(pid)) })
	}
}

// hubChildTest is called before the first schedule of a test.
func hubChildTest() { hubChild.works, hubChild.naps = false, false }

// hubChildBefore is called before the current thread makes a system call that may tell it how
// far children are. Not for one that is in the middle of starting a child, as which it may run.
//
//go:linkname hubChildBefore syscall.hubChildBefore
//go:nosplit
func hubChildBefore() {
	gp := getg()
	if hubSim.clock != 0 && gp == gp.m.curg && gp.hub.owner && gp.syscallsp == 0 && gp.m.locks == 0 && !hubChild.works {
		systemstack(func() { hubChildRest() })
	}
}

// hubChildRest waits until the family is at rest, or will not be in this test. It returns what the
// one who is furthest from it does.
func hubChildRest() hubKinState {
	c := &hubChild
	if c.works {
		c.state, c.sum = hubKinLook(true)
		return c.state
	}
	began, napped, waited := nanotime1(), int64(0), false
	for pause := uint32(20); hubChildren != 0; {
		// None of them has run since a look has found them asleep: they were at rest in between.
		if state, sum := hubKinLook(false); state <= hubKinRests && sum == c.sum {
			break
		}
		state, sum := hubKinLook(true)
		if state != hubKinWorks && (state != hubKinNaps || c.naps) {
			c.state, c.sum = state, sum
			continue
		}
		c.sum = 0
		before := nanotime1()
		usleep(pause)
		now := nanotime1()
		pause, waited = min(2*pause, hubChildPause), true
		if state == hubKinNaps {
			if napped += now - before; napped > hubChildNaps {
				c.naps = true
			}
		}
		if now-began > hubSimChild {
			c.works, c.state = true, state
			hubSim.vain.Store(1) // nor at rest
			break
		}
	}
	if hubChildren == 0 {
		c.state, c.sum = hubKinNone, 0
	} else {
		hubSimChildren() // behind who has ended just now, and is about to tell (tasklist_lock)
	}
	if waited {
		hub.turns++ // not a turn that has lasted as long (busy.go)
	}
	return c.state
}

// hubChildCommit is netpollblockcommit for a descriptor that children are at the other end of.
func hubChildCommit(gp *g, gpp unsafe.Pointer) bool {
	waits := netpollblockcommit(gp, gpp)
	if waits {
		hubChild.waits.Add(1)
	}
	return waits
}

// hubChildHolds reports whether the kernel's descriptors are not to be asked for now: whoever
// looks for something to run asks, and the hub does so where the schedule says. If the hub is idle
// the program waits for what is not simulated, and anybody may ask; so too if the owner waits, and
// keeps it. One that is about to give it away has the status of one that waits, too (park_m): who
// asked then would take an event at a step that the schedule does not say. Who would wait for an
// answer does so for a little.
func hubChildHolds(delay int64) bool {
	if hubSim.clock == 0 || !hub.busy || hubChild.poller.ptr() == getg().m {
		return false
	}
	if gp := hub.holder.ptr(); gp != nil && gp.hub.owner && readgstatus(gp)&^_Gscan == _Gwaiting && hubKeepsIn(gp) {
		return false
	}
	if delay != 0 {
		usleep(1000)
	}
	return true
}

// hubChildTakes has who waits for descriptors of the kernel's that are ready run, in the order in
// which they began to wait. If none is, it waits for some time. It reports whether there were any.
func hubChildTakes(wait int64) bool {
	c := &hubChild
	c.asked = hubSim.steps
	c.poller.set(getg().m)
	hubSim.polls.Store(1)
	list, delta := netpoll(wait)
	netpollAdjustWaiters(delta)
	if wait != 0 && !list.empty() {
		hubChildRest()
		more, delta := netpoll(0)
		netpollAdjustWaiters(delta)
		for !more.empty() {
			list.push(more.pop())
		}
	}
	hubSim.polls.Store(0)
	c.poller = 0
	came := !list.empty()
	hubChildOrder(&list)
	injectglist(&list)
	return came
}

// hubChildOrder has who has waited longest be the first of a list.
func hubChildOrder(list *gList) {
	var sorted gList
	for !list.empty() {
		last := list.pop()
		var others gList
		for !list.empty() {
			gp := list.pop()
			if gp.hub.sim.ran > last.hub.sim.ran {
				gp, last = last, gp
			}
			others.push(gp)
		}
		*list = others
		sorted.push(last)
	}
	*list = sorted
}

// hubChildAsks asks for the kernel's descriptors, if that was long ago: though threads are ready,
// they may all poll for what another one does that waits for a child.
func hubChildAsks() bool {
	if hubSim.steps-hubChild.asked < hubChildSteps || !netpollinited() || !netpollAnyWaiters() {
		return false
	}
	hubChildRest()
	return hubChildTakes(0)
}
