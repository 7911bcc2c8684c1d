//go:build greenify_hub

package runtime

import (
	"internal/goarch"
	"unsafe"
)

// The wait-for graph. What a thread waits on is known exactly. Who could end the
// wait is known by reachability: a thread that refers to the object, from its
// stack or the heap. Two questions are asked of the graph.
//
// Which threads can nobody wake any more? Go's collector can tell: it marks from
// the threads that may still run, without following what parked ones wait on; a
// parked thread whose channel, lock, ... it does not reach is stuck for good
// (goroutineLeakGC, the runtime's part of the goroutine leak profile, which is
// always built). That is a proof, but it misses threads that wait on what a
// global variable refers to.
//
// Which threads wait for locks in a circle? A sync.Mutex does not know its holder,
// and to note it would cost every Lock: that is done only in a build with -locks,
// where the answer is exact (locks.go). But a function that has locked one keeps a
// pointer to it on its stack in order to unlock it. So the holder is perhaps among
// the threads whose stacks refer to the lock or its object; if all those are stuck
// themselves, the waiter is. That is a suspicion, and is called one.

// hubDeadlock ends a program in which nothing can ever run again. It is called
// where the runtime's own detector would: no M runs, no timer is set, nobody
// waits in the poller. It says of each green thread what it waits for, on
// which object, since when and where it was started, then prints the stacks as
// the runtime does. Exit status 2.
func hubDeadlock() {
	hub.manifest = len(hubManifest) // here, because a plugin has the scheduler but no runtime.main
	if !hub.on {
		fatal("all goroutines are asleep - deadlock!")
	}
	printlock()
	print("fatal error: all green threads are asleep - deadlock!\n")
	hubReport()
	hubSuspect()
	hubPrintStuck(0, false)
	hubTraceEnd()
	fatalthrow(throwTypeUser)
}

// hubReport prints a line for each green thread that waits, or is kept from
// running.
func hubReport() {
	forEachGRace(func(gp *g) {
		switch {
		case !gp.hub.green:
		case hubStuck(gp) && readgstatus(gp)&^_Gscan == _Grunnable:
			print("\tthread ", gp.goid, " is ready, but thread ", hub.holder.ptr().goid, " keeps the hub\n")
		case hubParked(gp):
			hubPrintWait(gp)
		}
	})
}

// hubQuit is hubReport for SIGQUIT, behind the stacks.
func hubQuit(sig uint32) {
	if !hub.on || sig != _SIGQUIT {
		return
	}
	print("green threads that wait:\n")
	hubReport()
	hubSuspect()
	hubPrintStuck(0, false)
	print("\n")
}

func hubParked(gp *g) bool {
	status := readgstatus(gp) &^ _Gscan
	return status == _Gwaiting || status == _Gleaked
}

func hubPrintWait(gp *g) {
	print("\tthread ", gp.goid)
	if gp.hub.name != nil {
		print(" (", *gp.hub.name, ")")
	}
	print(" waits in ", gp.waitreason.String())
	hubPrintObject(gp, true)
	if group := hubKeeps(gp); group != "" {
		print(" and keeps the hub, for group ", group, " is not patched")
	}
	print(", ", (hubClock()-gp.hub.since)/1000, " s, started ")
	hubPrintStart(gp)
	print("\n")
}

// hubPrintObject prints what a waiting goroutine waits on: the channels of a
// channel operation or select, the address of a semaphore, which lies in the
// sync.Mutex, WaitGroup, ... it belongs to; and if asked who else refers to it.
func hubPrintObject(gp *g, others bool) {
	sep := " on "
	for sg := gp.waiting; sg != nil; sg = hubNextCase(sg) {
		lo, hi := hubObject(sg)
		if lo == 0 {
			continue
		}
		print(sep)
		sep = ", "
		if c := sg.c.get(); c != nil {
			print("chan ", toRType(c.elemtype).string(), " ", c, " (")
			if c.dataqsiz == 0 {
				print("unbuffered)")
			} else {
				print(c.qcount, " of ", c.dataqsiz, ")")
			}
			c.made.print("made")
			if others {
				hubPrintOthers(gp, lo, hi, ", known to thread ")
			}
		} else {
			print(hex(sg.elem.uintptr()))
			if hubLocks == 1 && hubWaitsForLock(gp) {
				hubPrintHolders(gp)
			} else if others && hubWaitsForLock(gp) {
				hubPrintOthers(gp, lo, hi, ", perhaps held by thread ")
			}
		}
	}
}

// hubNextCase returns the sudog of the select's next case. (The waitlink of one that
// waits for a semaphore leads to the next thread.)
func hubNextCase(sg *sudog) *sudog {
	if sg.c.get() == nil {
		return nil
	}
	return sg.waitlink
}

// hubObject returns where the object lies that a sudog waits on: a channel, or
// the heap object that a semaphore is part of.
func hubObject(sg *sudog) (lo, hi uintptr) {
	if c := sg.c.get(); c != nil {
		lo = uintptr(unsafe.Pointer(c))
		return lo, lo + hchanSize
	}
	addr := sg.elem.uintptr()
	if addr == 0 {
		return 0, 0
	}
	if base, span, _ := findObject(addr, 0, 0); base != 0 {
		return base, base + span.elemsize
	}
	const maxLock = 24 // size of a sync.RWMutex, the largest of them
	return addr - maxLock, addr + maxLock
}

func hubWaitsForLock(gp *g) bool {
	switch gp.waitreason {
	case waitReasonSyncMutexLock, waitReasonSyncRWMutexLock, waitReasonSyncRWMutexRLock:
		return gp.waiting != nil
	}
	return false
}

// hubRefers reports whether the stack of a parked goroutine has a pointer into an
// object. It may be a dead one.
func hubRefers(gp *g, lo, hi uintptr) bool {
	for p := gp.sched.sp; p < gp.stack.hi; p += goarch.PtrSize {
		if w := *(*uintptr)(unsafe.Pointer(p)); lo <= w && w < hi {
			return true
		}
	}
	return false
}

// hubOthers calls f with the parked green threads that refer to an object that
// waiter waits on, and do not wait on it themselves, until f returns false. Each
// call looks at every stack: not in programs with very many threads.
func hubOthers(waiter *g, lo, hi uintptr, f func(gp *g) bool) {
	const many = 1000
	if hub.alive.Load() > many {
		return
	}
	more := true
	forEachGRace(func(gp *g) {
		if more && gp != waiter && gp.hub.green && hubParked(gp) && !hubWaitsOn(gp, lo) && hubRefers(gp, lo, hi) {
			more = f(gp)
		}
	})
}

// hubWaitsOn reports whether gp waits on the object at lo.
func hubWaitsOn(gp *g, lo uintptr) bool {
	for sg := gp.waiting; sg != nil; sg = hubNextCase(sg) {
		if l, _ := hubObject(sg); l == lo {
			return true
		}
	}
	return false
}

func hubPrintOthers(waiter *g, lo, hi uintptr, sep string) {
	n := 0
	hubOthers(waiter, lo, hi, func(gp *g) bool {
		if n++; n > 5 {
			print(", ...")
			return false
		}
		print(sep, gp.goid)
		sep = ", "
		return true
	})
}

func hubPrintStart(gp *g) {
	if hubPrintPlace(gp) {
		print(" by thread ", gp.parentGoid)
	}
}

// hubPrintPlace prints where a goroutine was started, and reports whether it was
// by another one.
func hubPrintPlace(gp *g) bool {
	pc := hubStart(gp)
	f := findfunc(pc)
	if gp.goid == 1 || !f.valid() {
		print("as main")
		return false
	}
	file, line := funcline(f, pc-1)
	print("at ", file, ":", line)
	return true
}

const (
	stuckNot     = iota
	stuckPerhaps // waits for a lock whose only possible holders are stuck
	stuckLocked  // waits for a lock whose holder is stuck or has ended (-locks)
	stuckProven  // waits on what no thread that can run refers to
)

// hubSuspect finds the threads that wait for locks in a circle: all that wait for
// one, without those of whom a possible holder is none of them.
func hubSuspect() {
	forEachGRace(func(gp *g) {
		if gp.hub.stuck != stuckProven {
			gp.hub.stuck = stuckNot
		}
	})
	if hubLocks == 1 {
		hubCircle(stuckLocked, hubUnreleased)
		hubCircle(stuckPerhaps, hubUnreleased)
		return
	}
	hubCircle(stuckPerhaps, func(gp *g, _ int8) (stuck bool) {
		lo, hi := hubObject(gp.waiting)
		hubOthers(gp, lo, hi, func(holder *g) bool {
			stuck = holder.hub.stuck != stuckNot
			return stuck
		})
		return stuck
	})
}

// hubCircle marks the largest set of threads that wait for locks and are each kept by
// others of it.
func hubCircle(mark int8, kept func(gp *g, mark int8) bool) {
	forEachGRace(func(gp *g) {
		if gp.hub.stuck == stuckNot && gp.hub.green && hubParked(gp) && hubWaitsForLock(gp) {
			gp.hub.stuck = mark
		}
	})
	for again := true; again; {
		again = false
		forEachGRace(func(gp *g) {
			if gp.hub.stuck == mark && !kept(gp, mark) {
				gp.hub.stuck = stuckNot
				again = true
			}
		})
	}
}

// hubGroup gives threads that are stuck on each other the same number, from 1 on,
// and returns how many groups there are. Of very many threads those that are stuck in
// the same way are one group, for every pair would have to be looked at.
func hubGroup() (groups int32) {
	n := 0
	forEachGRace(func(gp *g) {
		gp.hub.group = 0
		if gp.hub.stuck != stuckNot {
			n++
		}
	})
	const many = 64
	for mark := int8(stuckPerhaps); n > many && mark <= stuckProven; mark++ {
		found := int32(0)
		forEachGRace(func(gp *g) {
			if gp.hub.stuck == mark {
				found = 1
				gp.hub.group = groups + 1
			}
		})
		groups += found
	}
	for {
		var first *g
		forEachGRace(func(gp *g) {
			if first == nil && gp.hub.stuck != stuckNot && gp.hub.group == 0 {
				first = gp
			}
		})
		if first == nil {
			return groups
		}
		groups++
		first.hub.group = groups
		for again := true; again; {
			again = false
			forEachGRace(func(gp *g) {
				if gp.hub.stuck == stuckNot || gp.hub.group != 0 {
					return
				}
				linked := false
				forEachGRace(func(member *g) {
					linked = linked || member.hub.group == groups && member.hub.stuck == gp.hub.stuck && (hubLinked(gp, member) || hubLinked(member, gp))
				})
				if linked {
					gp.hub.group = groups
					again = true
				}
			})
		}
	}
}

// hubLinked reports whether b refers to, holds or waits on what a waits on.
func hubLinked(a, b *g) bool {
	if hubLocks == 1 && hubWaitsForLock(a) {
		list, n, _, _, _ := hubHolders(a)
		for _, h := range list[:n] {
			if h.gp == b {
				return true
			}
		}
	}
	for sg := a.waiting; sg != nil; sg = hubNextCase(sg) {
		if lo, hi := hubObject(sg); lo != 0 && (hubWaitsOn(b, lo) || hubRefers(b, lo, hi)) {
			return true
		}
	}
	return false
}

// hubPrintStuck prints the threads of a group that are stuck, or of all if it
// is 0.
func hubPrintStuck(group int32, stacks bool) {
	stuck := int8(stuckNot)
	in := func(gp *g) bool { return gp.hub.stuck != stuckNot && (group == 0 || gp.hub.group == group) }
	forEachGRace(func(gp *g) {
		if in(gp) {
			stuck = max(stuck, gp.hub.stuck)
		}
	})
	switch stuck {
	case stuckNot:
		return
	case stuckProven:
		print("deadlock: nobody can wake thread")
	case stuckLocked:
		print("deadlock: for locks that nobody unlocks wait thread")
	default:
		print("deadlock, it seems: in a circle wait thread")
	}
	sep := " "
	forEachGRace(func(gp *g) {
		if in(gp) {
			print(sep, gp.goid)
			sep = ", "
		}
	})
	print("\n")
	if !stacks {
		return
	}
	forEachGRace(func(gp *g) {
		if in(gp) {
			hubPrintWait(gp)
			hubPrintStack(hubStack(gp, hubPCs[:]), true)
		}
	})
}

// hubPCs is a buffer for a stack, for use while the world is stopped: one on the
// stack would escape.
var hubPCs [32]uintptr

// hubStuckThread has the layout of the public package's record.
type hubStuckThread struct {
	id     uint64
	group  int32
	proven bool
	end    int32 // of the group's text
}

// hubDeadlocks looks for threads that are stuck while others run. It fills list
// with them, group by group, and text with what there is to say of each group,
// and returns how many threads it found and how long the text is. It stops the
// world, after a collection.
func hubDeadlocks(list []hubStuckThread, text []byte) (threads, length int) {
	goroutineLeakGC()
	stw := stopTheWorld(stwGoroutineProfile)
	forEachGRace(func(gp *g) {
		gp.hub.stuck = stuckNot
		// A leaked goroutine is a waiting one to all but the collector's next
		// search; checkdead does not know the state.
		if gp.atomicstatus.CompareAndSwap(_Gleaked, _Gwaiting) && gp.hub.green {
			gp.hub.stuck = stuckProven
		}
	})
	systemstack(func() {
		g0 := getg()
		g0.writebuf = text[0:0:len(text)]
		hubSuspect()
		for group := range hubGroup() {
			begin := threads
			hubPrintStuck(group+1, true)
			forEachGRace(func(gp *g) {
				if gp.hub.group == group+1 {
					if threads < len(list) {
						list[threads] = hubStuckThread{id: gp.goid, group: group, proven: gp.hub.stuck >= stuckLocked}
					}
					threads++
				}
			})
			for i := begin; i < min(threads, len(list)); i++ {
				list[i].end = int32(len(g0.writebuf))
			}
		}
		length = len(g0.writebuf)
		g0.writebuf = nil
	})
	startTheWorld(stw)
	return threads, length
}

// hubTestEnd reports at the end of a test binary; package testing calls it.
//
//go:linkname hubTestEnd
var hubTestEnd = func() {
	if !hub.on {
		return
	}
	text := make([]byte, 64<<10)
	_, n := hubDeadlocks(nil, text)
	print(string(text[:n]))
}
