//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// What is real: what a schedule does that its seed does not decide. Each is counted by
// its kind and place as it begins, by the thread that does it. A search that has any is
// best effort: it says so at its end, with the places. With -strict-sim the first one ends
// the schedule, before it is done.
//
// Calm is what is real and the same each time, unless somebody changes it meanwhile: reading
// files, and writing in a folder that the schedule itself has made, such as t.TempDir's.

type hubRealKind uint8

const (
	hubRealRead hubRealKind = iota // the calm ones
	hubRealOwn
	hubRealWrite
	hubRealSystem
	hubRealSocket
	hubRealChild
	hubRealC
	hubRealWait
	hubRealNative
	hubRealSignal
	hubRealNothing // it need not be counted
)

var hubRealNames = [...]string{
	hubRealRead:   "file read",
	hubRealOwn:    "file in a folder of its own",
	hubRealWrite:  "file changed",
	hubRealSystem: "device or file of the system", // below /dev, /proc, /sys
	hubRealSocket: "socket or pipe of the kernel's",
	hubRealChild:  "child process",
	hubRealC:      "call of C",
	hubRealWait:   "wait in real time",
	hubRealNative: "native work",
	hubRealSignal: "signal",
}

//go:nosplit
func (k hubRealKind) calm() bool { return k <= hubRealOwn }

const (
	hubRealMost  = 256 // places; those beyond are not listed
	hubRealDepth = 32  // frames of a stack
)

// A hubRealPlace is where something real is done.
type hubRealPlace struct {
	sum       uintptr // of kind and pcs
	kind      hubRealKind
	epoch     uint32 // the last schedule that did it
	schedules uint64 // how many did
	count     uint64 // how often
	pcs       [hubRealDepth]uintptr
}

var hubReal struct {
	strict  bool          // -strict-sim
	refused atomic.Uint32 // the place that has ended this schedule, and 1

	busy   atomic.Uint32 // a lock: who is here must not wait for the hub, nor grow its stack
	used   int
	places [hubRealMost]hubRealPlace
}

// hubRealAt is called before the current thread does something real.
//
//go:nosplit
func hubRealAt(kind hubRealKind) {
	gp := getg()
	if !hubSim.on || gp != gp.m.curg || gp.syscallsp != 0 { // within Syscall, RawSyscall6 comes
		return
	}
	i := hubRealNote(kind, gp, getfp())
	if hubReal.strict && !kind.calm() {
		hubRealRefuse(i)
	}
}

// hubRealNote counts what gp does, whose innermost frame is bp. It returns the place.
//
//go:nosplit
func hubRealNote(kind hubRealKind, gp *g, bp uintptr) int {
	r := &hubReal
	sum := uintptr(kind)*2 + 1
	for at, n := bp, 0; n < hubRealDepth && hubRealFrame(gp, at); n++ {
		frame := (*[2]uintptr)(unsafe.Pointer(at)) // the frame before, and where to return to
		sum = (sum ^ frame[1]) * 1099511628211
		at = frame[0]
	}
	for !r.busy.CompareAndSwap(0, 1) {
		osyield()
	}
	i := 0
	for i < r.used && r.places[i].sum != sum {
		i++
	}
	if i == r.used {
		if i == hubRealMost {
			r.busy.Store(0)
			return i
		}
		r.used++
		p := &r.places[i]
		p.sum, p.kind = sum, kind
		for at, n := bp, 0; n < hubRealDepth && hubRealFrame(gp, at); n++ {
			frame := (*[2]uintptr)(unsafe.Pointer(at))
			p.pcs[n] = frame[1]
			at = frame[0]
		}
	}
	p := &r.places[i]
	p.count++
	if p.epoch != hubSim.epoch {
		p.epoch = hubSim.epoch
		p.schedules++
	}
	r.busy.Store(0)
	return i
}

//go:nosplit
func hubRealFrame(gp *g, bp uintptr) bool {
	return gp.stack.lo <= bp && bp <= gp.stack.hi-16 && bp%unsafe.Sizeof(bp) == 0
}

// hubRealRefuse ends the schedule, because of what is done at a place. The thread goes no
// further, if it may wait here; else the schedule ends at its next step.
func hubRealRefuse(i int) {
	hubReal.refused.CompareAndSwap(0, uint32(i)+1)
	gp := getg()
	if gp.hub.owner && gp.hub.hold == 0 && !gp.hub.kill.strict && gp.m.locks == 0 {
		gopark(nil, nil, waitReasonSelectNoCases, traceBlockForever, 1)
	}
}

// hubRealRescued is called by sysmon, for a call in which gp has lost the hub.
func hubRealRescued(gp *g) {
	if !hubSim.on || !gp.hub.ran {
		return
	}
	i := hubRealNote(hubRealWait, gp, gp.syscallbp)
	if hubReal.strict {
		hubReal.refused.CompareAndSwap(0, uint32(i)+1)
	}
}

// hubRealWaits is called before the current thread makes a system call that waits.
//
//go:nosplit
func hubRealWaits() { hubRealAt(hubRealWait) }

// hubRealLeaves is called as the current thread leaves the hub for native work.
func hubRealLeaves() {
	if getg().hub.ran {
		hubRealAt(hubRealNative)
	}
}

//go:linkname syscall_hubRealSocket syscall.hubRealSocket
//go:nosplit
func syscall_hubRealSocket() { hubRealAt(hubRealSocket) }

//go:linkname syscall_hubRealChild syscall.hubRealChild
func syscall_hubRealChild() { hubRealAt(hubRealChild) }

// os_hubRealStarts refuses a child. It is counted where it is made (forkExec).
//
//go:linkname os_hubRealStarts os.hubRealStarts
func os_hubRealStarts() {
	if hubReal.strict {
		hubRealAt(hubRealChild)
	}
}

//go:linkname signal_hubRealSignal os/signal.hubRealSignal
func signal_hubRealSignal() {
	hubSim.killed = 0
	hubRealAt(hubRealSignal)
}

// hubRealItem writes what is done at a place, and where, to buf: "child process at
// queue_test.go:23". Of one that no code of the program has called it is the outermost
// function of the standard library.
func hubRealItem(p *hubRealPlace, buf []byte) []byte {
	r := &hubSimResult
	before := r.length
	hubSimPut(hubRealNames[p.kind])
	hubSimPut(" at ")
	n := 0
	for n < hubRealDepth && p.pcs[n] != 0 {
		n++
	}
	if f, ok := hubSimFrame(p.pcs[:n]); ok {
		hubSimPutPlace(f)
	} else {
		name := "an unknown place"
		for _, pc := range p.pcs[:n] {
			if f, ok := hubFrameAt(pc); ok && hubPackage(f.name) != "runtime" {
				name = f.name
			}
		}
		hubSimPut(name)
	}
	n = copy(buf, r.text[before:r.length])
	r.length = before
	return buf[:n]
}

// A hubRealSum is what was done of one text: at places that differ in who has called.
type hubRealSum struct {
	item             []byte
	kind             hubRealKind
	count, schedules uint64
}

// hubRealTexts are what hubRealNext has returned, the next one, and one that it looks at:
// it allocates nothing, for the process may be dying.
var hubRealTexts [3][512]byte

// hubRealNext returns the next thing that is real, in the order of their texts: of all
// schedules, or of this one alone. Of last, which is what it has returned before, the item is
// nil at the beginning; that of what it returns is nil behind the last one.
func hubRealNext(last hubRealSum, this bool) (next hubRealSum) {
	t := &hubRealTexts
	if last.item != nil {
		last.item = t[0][:copy(t[0][:], last.item)]
	}
	for i := range hubReal.used {
		p := &hubReal.places[i]
		if this && p.epoch != hubSim.epoch {
			continue
		}
		item := hubRealItem(p, t[2][:])
		if last.item != nil && hubRealCompare(item, last.item) <= 0 {
			continue
		}
		c := -1
		if next.item != nil {
			c = hubRealCompare(item, next.item)
		}
		switch {
		case c < 0:
			next = hubRealSum{t[1][:copy(t[1][:], item)], p.kind, p.count, p.schedules}
		case c == 0:
			next.count += p.count
			next.schedules = max(next.schedules, p.schedules) // not fewer
		}
	}
	return next
}

func hubRealCompare(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

// hubRealPrint says at the end of the process whether what it ran was best effort, and
// perhaps lists what was real.
func hubRealPrint(list bool) {
	for _, calm := range [2]bool{false, true} {
		n := 0
		for r := hubRealNext(hubRealSum{}, false); r.item != nil; r = hubRealNext(r, false) {
			if r.kind.calm() != calm {
				continue
			}
			if n++; !list {
				continue
			}
			if n == 1 && calm {
				print("greenify: real, and taken to be the same each time:\n")
			} else if n == 1 {
				print("greenify: best effort, for no seed decides what is real:\n")
			}
			print("\t")
			gwrite(r.item)
			print(": ")
			hubRealTimes(r.count, "time")
			print(" in ")
			hubRealTimes(r.schedules, "schedule")
			print("\n")
		}
		if !list && !calm && n > 0 {
			print("greenify: best effort, for no seed decides what is real: ")
			hubRealTimes(uint64(n), "place")
			print(", which -v lists\n")
		}
	}
}

func hubRealTimes(n uint64, what string) {
	print(n, " ", what)
	if n != 1 {
		print("s")
	}
}

// hubRealPut appends what was real in this schedule, and not calm, to the result, as a field
// of JSON.
func hubRealPut() {
	n := 0
	for r := hubRealNext(hubRealSum{}, true); r.item != nil; r = hubRealNext(r, true) {
		if r.kind.calm() {
			continue
		}
		if n++; n == 1 {
			hubSimPut(`,"real":["`)
		} else {
			hubSimPut(`","`)
		}
		hubSimPutBytes(r.item)
	}
	if n > 0 {
		hubSimPut(`"]`)
	}
}

// testing_hubReals writes the same, a line for each.
//
//go:linkname testing_hubReals testing.hubReals
func testing_hubReals(text []byte) (length int) {
	hubSimResult.length = 0
	for r := hubRealNext(hubRealSum{}, true); r.item != nil; r = hubRealNext(r, true) {
		if !r.kind.calm() && length+len(r.item) < len(text) {
			length += copy(text[length:], r.item)
			text[length] = '\n'
			length++
		}
	}
	return length
}

//go:linkname testing_hubRealPrint testing.hubRealPrint
func testing_hubRealPrint(list bool) { hubRealPrint(list) }

// testing_hubRealRefused writes what has ended the schedule, and where the thread was, if
// something real has.
//
//go:linkname testing_hubRealRefused testing.hubRealRefused
func testing_hubRealRefused(text []byte) (item, length int) {
	i := int(hubReal.refused.Load()) - 1
	if i < 0 {
		return 0, 0
	}
	hubSimResult.length = 0
	p := &hubReal.places[min(i, hubRealMost-1)]
	item = len(hubRealItem(p, text))
	systemstack(func() {
		g0 := getg()
		g0.writebuf = text[item:item:len(text)]
		n := 0
		for n < hubRealDepth && p.pcs[n] != 0 {
			n++
		}
		hubPrintStack(p.pcs[:n], true)
		length = item + len(g0.writebuf)
		g0.writebuf = nil
	})
	return item, length
}

// Files. A folder that the schedule has made is its own, with all that is in it.

const (
	hubRealPathMost = 1024
	hubRealOwnMost  = 32
)

var hubRealFolders struct {
	epoch uint32 // the schedule that they are of
	n     int
	paths [hubRealOwnMost][hubRealPathMost]byte
	sizes [hubRealOwnMost]int
	path  [hubRealPathMost]byte // of the call
}

// How a call uses a path.
const (
	hubRealOpens   = iota // it has flags of open
	hubRealMakes          // it makes a folder
	hubRealChanges        // it changes what the path names
)

// syscall_hubRealFile is called before the current thread makes a call on a path, from a
// folder that is open (AT_FDCWD: the current one). The stack must not move.
//
//go:linkname syscall_hubRealFile syscall.hubRealFile
//go:nosplit
func syscall_hubRealFile(how int, folder, path, flags uintptr) {
	gp := getg()
	if !hubSim.on || gp != gp.m.curg || gp.syscallsp != 0 {
		return
	}
	kind := hubRealWrite
	systemstack(func() { kind = hubRealFileKind(how, folder, path, flags, gp.hub.owner) })
	if kind != hubRealNothing {
		hubRealAt(kind)
	}
}

func hubRealFileKind(how int, folder, path, flags uintptr, owner bool) hubRealKind {
	const access, create, truncate = 3, 0x40, 0x200 // O_ACCMODE, O_CREAT, O_TRUNC
	if p := (*byte)(unsafe.Pointer(path)); path < 4096 || *p == 0 {
		return hubRealNothing
	} else if *p == '/' {
		switch name := gostringnocopy(p); {
		case name == "/dev/null":
			return hubRealNothing
		case hubRealBelow(name, "/proc/sys"): // settings of the machine
		case hubRealBelow(name, "/proc"), hubRealBelow(name, "/sys"), hubRealBelow(name, "/dev"):
			return hubRealSystem
		}
	}
	if how == hubRealOpens && flags&(access|create|truncate) == 0 {
		return hubRealRead
	}
	f := &hubRealFolders
	if !owner {
		return hubRealWrite
	}
	if f.epoch != hubSim.epoch {
		f.epoch, f.n = hubSim.epoch, 0
	}
	n := hubRealAbsolute(folder, path)
	if n == 0 {
		return hubRealWrite
	}
	for i := range f.n {
		size := f.sizes[i]
		if n >= size && string(f.path[:size]) == string(f.paths[i][:size]) && (n == size || f.path[size] == '/') {
			return hubRealOwn
		}
	}
	if how == hubRealMakes && f.n < hubRealOwnMost {
		var stat [256]byte
		if _, errno := hubCall(sysNewfstatat, folder, path, uintptr(unsafe.Pointer(&stat)), 0x100); errno == 2 { // AT_SYMLINK_NOFOLLOW, ENOENT
			copy(f.paths[f.n][:], f.path[:n])
			f.sizes[f.n] = n
			f.n++
			return hubRealOwn
		}
	}
	return hubRealWrite
}

// hubRealBelow reports whether a path is a folder, or in it.
func hubRealBelow(path, folder string) bool {
	return len(path) >= len(folder) && path[:len(folder)] == folder && (len(path) == len(folder) || path[len(folder)] == '/')
}

// hubRealAbsolute has the path of a call in hubRealFolders, from the root, and returns its length; 0 if
// that is not known.
func hubRealAbsolute(folder, path uintptr) (n int) {
	f := &hubRealFolders
	name := gostringnocopy((*byte)(unsafe.Pointer(path)))
	if name[0] != '/' {
		var link [32]byte
		at := "/proc/self/cwd"
		if int32(folder) != -100 { // AT_FDCWD
			at = "/proc/self/fd/"
		}
		size := copy(link[:], at)
		if int32(folder) != -100 {
			var digits [20]byte
			copy(link[size:], itoa(digits[:], uint64(folder)))
		}
		got, errno := hubCall(sysReadlinkat, atFdcwd, uintptr(unsafe.Pointer(&link)), uintptr(unsafe.Pointer(&f.path)), hubRealPathMost)
		if errno != 0 || got+1+uintptr(len(name)) >= hubRealPathMost {
			return 0
		}
		f.path[got] = '/'
		n = int(got) + 1
	} else if len(name) >= hubRealPathMost {
		return 0
	}
	n += copy(f.path[n:], name)
	for i := range n - 2 {
		if f.path[i] == '/' && f.path[i+1] == '.' && f.path[i+2] == '.' {
			return 0 // who knows where that is
		}
	}
	for n > 1 && f.path[n-1] == '/' {
		n--
	}
	return n
}
