//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// hubTurn is what sysmon, which has neither a P nor part in the hub, knows of the turn
// that goes on: whose it is, and how much of the last step its thread ran. The
// watchdog (blocked.go) and the limit of a computation (busy.go) count from it.
//
// On a machine with too much to do a thread that computes 5 ms may need 500 ms for
// them. So what counts is the processor time of its OS thread, and time in which that
// sleeps in the kernel where the runtime does not know of it (syscall.RawSyscall). A
// quarter of the time on the clock counts at least: who waits for the hub waits.
var hubTurn hubTurnState

type hubTurnState struct {
	turn  uint32        // of the hub, at the last look
	last  int64         // nanotime of the last step's end
	tid   uint64        // the OS thread then
	cpu   int64         // its processor time then
	share int64         // of the last step that could be measured, in 1/256: for one in which the OS thread changed
	asked int64         // nanotime when the processor time at the begin of a turn was last asked for
	ran   int64         // how much of the turn the owner ran, or slept in a call, for certain
	over  atomic.Uint32 // the turn whose time slice is over: that is half of a slice, or more
	text  [512]byte
}

const (
	turnStep = 5e6  // shortest step, and half a time slice
	turnAsk  = 1e6  // shortest time between two questions for the processor time at the begin of a turn
	turnStop = 20e6 // longest step that counts, for sysmon's own are 10 ms: then the process was stopped (a debugger, ^Z)
)

// look is called by sysmon at each round. It returns the length of the step since
// the last one, and how much of it the owner ran; 0 and 0 if the turn is a new one, or
// there is none, and -1 if it is too early to tell.
func (t *hubTurnState) look(now int64) (step, used int64) {
	step, used, ran := t.measure(now)
	if t.ran += ran; t.ran >= turnStep {
		t.over.Store(t.turn)
	}
	return step, max(used, step/4)
}

// measure returns look's results without what counts at least, and how much of
// the step the owner ran, or slept in a call that the runtime knows of, for certain. The two differ where
// its OS thread has just been found, or sleeps elsewhere: the watchdog would rather blame too early than never, but a turn
// is over only when its owner was seen to compute. A machine with too much to do could
// cut it at a free Lock otherwise (testdata/programs/yield-points).
func (t *hubTurnState) measure(now int64) (step, used, ran int64) {
	gp, turn := hub.holder.ptr(), hub.turns
	if turn != t.turn || gp == nil {
		t.turn, t.last, t.tid, t.share, t.ran = turn, now, 0, 256, 0
		if gp != nil && now-t.asked >= turnAsk {
			t.asked = now
			if mp := gp.m; mp != nil {
				if cpu := hubCPUTime(mp.procid); cpu >= 0 {
					t.tid, t.cpu = mp.procid, cpu
				}
			}
		}
		return 0, 0, 0
	}
	step = now - t.last
	if step < turnStep {
		return -1, 0, 0
	}
	t.last = now
	short := min(step, turnStop)
	mp := gp.m
	if mp == nil { // on its way to another one
		t.tid = 0
		return short, short * t.share / 256, 0
	}
	away := readgstatus(gp)&^_Gscan == _Gsyscall
	tid := mp.procid
	cpu := hubCPUTime(tid)
	if cpu < 0 {
		return short, short, short // the kernel does not tell
	}
	if tid == t.tid {
		used = min(cpu-t.cpu, step)
		ran = min(used, short)
		if used < step/2 && (!away || hubWaiting()) && t.sleeps(tid) {
			if used = step; away {
				ran = short // waits for no processor
			}
		}
		if !away {
			t.share = used * 256 / step
		}
	} else {
		used = step * t.share / 256
	}
	t.tid, t.cpu = tid, cpu
	if away {
		used = step // one that waits there keeps the hub as well
	}
	return short, min(used, short), ran
}

// hubCPUTime returns the processor time of an OS thread of this process, -1 if
// the kernel does not tell.
func hubCPUTime(tid uint64) int64 {
	var ts timespec
	const perThread, sched = 4, 2 // CPUCLOCK_PERTHREAD_MASK, CPUCLOCK_SCHED of linux/posix-timers.h
	clock := ^uintptr(tid)<<3 | perThread | sched
	if _, errno := hubCall(sysClockGettime, uintptr(uint32(clock)), uintptr(noescape(unsafe.Pointer(&ts)))); errno != 0 {
		return -1
	}
	return int64(ts.tv_sec)*1e9 + int64(ts.tv_nsec)
}

// sleeps reports whether an OS thread of this process sleeps in the kernel.
func (t *hubTurnState) sleeps(tid uint64) bool {
	state := t.state(tid)
	return state == 'S' || state == 'D'
}

// state returns what an OS thread of this process does, as /proc has it: S or D if it waits in
// the kernel, 0 if that is not known.
func (t *hubTurnState) state(tid uint64) byte {
	end := t.read(tid, "/stat\x00")
	// The state is behind the name, which is in parentheses and may have some itself.
	for i := end - 3; i > 0; i-- {
		if t.text[i] == ')' {
			return t.text[i+2]
		}
	}
	return 0
}

// runs reports whether such a thread runs, or would if it had a processor. One that is about to
// wait, or looks whether it need, has the state S already; the kernel knows better if it is asked
// for the system call.
func (t *hubTurnState) runs(tid uint64) bool {
	return t.state(tid) == 'R' || t.read(tid, "/syscall\x00") > 0 && t.text[0] == 'r' // "running"
}

// read reads a file of /proc of such a thread, and returns how much it has.
func (t *hubTurnState) read(tid uint64, name string) int {
	n := copy(t.text[:], "/proc/self/task/")
	var digits [20]byte
	i := len(digits)
	for ; tid != 0; tid /= 10 {
		i--
		digits[i] = byte('0' + tid%10)
	}
	n += copy(t.text[n:], digits[i:])
	copy(t.text[n:], name)
	fd := open(&t.text[0], 0x80000, 0) // O_RDONLY, O_CLOEXEC
	if fd < 0 {
		return 0
	}
	end := read(fd, unsafe.Pointer(&t.text), int32(len(t.text)))
	closefd(fd)
	return int(end)
}
