//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"internal/stringslite"
	"unsafe"
)

// The recorder, GREENIFY=record=FILE: which thread ran when, and why not, for as long as a
// program runs, in a file that does not grow. A failure that happens once in a month can be looked at then:
// greenify trace reads it as it reads a trace. It cannot be replayed: what is real, such as the
// time and the network, cannot be had again.
//
// The file is mapped, so nothing is written, and what a killed program leaves is whole. It has
//
//	a head       recordHead
//	a ring       of the last recordEvents changes of state: recordEvent
//	the places   text, a line for each place and kind of wait: its number is that of the line.
//	             When there is no room for more, places are 0
//
// A place is found by the return addresses on the stack, which frame pointers lead to, and looked up
// when it is first seen. So a change of threads takes about 0.1 us more, of which most is to read the clock.
//
// It hangs on the trace's hooks: off, it costs nothing beside hubTracing.
var hubRecord struct {
	on     bool
	file   *byte // its name, for the time up to its opening
	base   uintptr
	places [recordPlaces]struct {
		hash atomic.Uint64 // 0: free
		n    uint16
	}
}

const (
	recordEvents = 1 << 15
	recordPlaces = 1 << 12
	recordText   = 256 << 10
	recordSize   = unsafe.Sizeof(recordHead{}) + recordEvents*unsafe.Sizeof(recordEvent{}) + recordText
)

// recordHead has the layout that cmd/greenify reads, as recordEvent.
type recordHead struct {
	magic  [24]byte // "greenify recording 1\n"
	events uint64   // so many were there
	lines  uint32   // of places
	text   uint32   // bytes of places
	ended  uint64   // nanoseconds since the start, as the program ended; 0: it was killed, or runs
	_      [80]byte
}

type recordEvent struct {
	at     int64  // nanoseconds since the start
	thread uint64 // of bit 48 on its state (traceRun, ...)
	by     uint64 // who made it ready; of bit 48 on the place: of a wait, of who runs where it was started
}

func hubRecordStart() {
	r := &hubRecord
	if r.file == nil || hubFamily.child && !hubFamily.ownRecord {
		return
	}
	const flags = 2 | 0x40 | 0x80000 // O_RDWR, O_CREAT, O_CLOEXEC
	fd, errno := hubCall(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(r.file)), flags, 0o666)
	why := ": use a file in a folder that exists and can be written\n"
	if errno == 0 {
		// The file stays open, for its lock.
		if _, locked := hubCall(sysFlock, fd, 2|4); locked == _EAGAIN { // LOCK_EX, LOCK_NB
			errno, why = locked, ": another process writes it: use %p in the name for the process id\n"
		} else {
			hubCall(sysFtruncate, fd, 0)
			// The file gets its blocks now: a write to a mapped page for which the disk has no room ends the program.
			if _, errno = hubCall(sysFallocate, fd, 0, 0, recordSize); errno == 0 {
				var p unsafe.Pointer
				var err int
				if p, err = mmap(nil, recordSize, _PROT_READ|_PROT_WRITE, 1, int32(fd), 0); err != 0 { // MAP_SHARED
					errno = uintptr(err)
				}
				r.base = uintptr(p)
			}
		}
	}
	if errno != 0 {
		if int32(fd) >= 0 {
			closefd(int32(fd))
		}
		if hubFamily.child {
			return
		}
		print("greenify: cannot write record=")
		print(hubSafe(gostringnocopy(r.file)))
		print(": ")
		hubPrintError(errno)
		print(why)
		exit(2)
	}
	h := (*recordHead)(unsafe.Pointer(r.base))
	copy(h.magic[:], "greenify recording 1\n")
	r.on, hubTracing = true, true
}

// hubRecordTo says that gp is in another state, of ready also by whom.
//
//go:nowritebarrierrec
func hubRecordTo(gp *g, state uint8, by *g) {
	tr := hubTracedOf(gp)
	if tr.born == 0 {
		pcs := [1]uintptr{hubStart(gp)}
		tr.born = hubRecordPlace(uint64(pcs[0])|1, "", pcs[:])
	}
	place := uint16(0)
	if state == traceRun {
		place = tr.born
	}
	hubRecordEvent(gp, state, place, by)
}

func hubRecordEvent(gp *g, state uint8, place uint16, by *g) {
	h := (*recordHead)(unsafe.Pointer(hubRecord.base))
	n := atomic.Xadd64((*uint64)(unsafe.Pointer(&h.events)), 1) - 1
	e := (*recordEvent)(unsafe.Pointer(hubRecord.base + unsafe.Sizeof(*h) + uintptr(n%recordEvents)*unsafe.Sizeof(recordEvent{})))
	e.at = hubNanotime() - runtimeInitTime
	e.thread = gp.goid&(1<<48-1) | uint64(state)<<48
	e.by = uint64(place) << 48
	if by != nil {
		e.by |= by.goid & (1<<48 - 1)
	}
}

// hubRecordPark says that gp, which has just been parked, waits.
func hubRecordPark(gp *g) {
	var pcs [16]uintptr
	pcs[0] = gp.sched.pc
	n := 1
	for p := gp.sched.bp; n < len(pcs) && p >= gp.stack.lo && p <= gp.stack.hi-16 && p%8 == 0; n++ {
		frame := (*[2]uintptr)(unsafe.Pointer(p)) // the frame before, and where to return to
		p, pcs[n] = frame[0], frame[1]
	}
	hash := uint64(gp.waitreason) + 14695981039346656037 // FNV
	for _, pc := range pcs[:n] {
		hash = (hash ^ uint64(pc)) * 1099511628211
	}
	hubRecordEvent(gp, traceWait, hubRecordPlace(hash|1, gp.waitreason.String(), pcs[:n]), nil)
}

// hubRecordPlace returns the number of a place: of the innermost frame that is the program's, else of
// the first that is not the runtime's.
func hubRecordPlace(hash uint64, what string, pcs []uintptr) uint16 {
	r := &hubRecord
	for i := range uint64(32) {
		e := &r.places[(hash+i)%recordPlaces]
		switch e.hash.Load() {
		case hash:
			return e.n
		case 0:
			lock(&hubTrace.lock)
			if e.hash.Load() == 0 {
				e.n = hubRecordLine(what, pcs)
				e.hash.Store(hash)
			}
			unlock(&hubTrace.lock)
			if e.hash.Load() == hash {
				return e.n
			}
		}
	}
	return 0
}

// hubRecordLine adds a line for a place.
func hubRecordLine(what string, pcs []uintptr) uint16 {
	at := hubRecordAt(pcs)
	h := (*recordHead)(unsafe.Pointer(hubRecord.base))
	size := len(what) + len(at.file) + len(at.name) + 24
	if int(h.text)+size > recordText || h.lines == 1<<16-1 {
		return 0
	}
	text := unsafe.Slice((*byte)(unsafe.Pointer(hubRecord.base+unsafe.Sizeof(*h)+recordEvents*unsafe.Sizeof(recordEvent{}))), recordText)
	n := int(h.text)
	put := func(s string) { n += copy(text[n:], s) }
	put(what)
	put("\t")
	put(at.file)
	put("\t")
	var digits [20]byte
	n += copy(text[n:], itoa(digits[:], uint64(at.line)))
	put("\t")
	put(at.name)
	put("\n")
	h.text = uint32(n)
	h.lines++
	return uint16(h.lines)
}

// hubRecordEnd says that the program ends.
func hubRecordEnd() {
	if hubRecord.on {
		(*recordHead)(unsafe.Pointer(hubRecord.base)).ended = uint64(hubNanotime() - runtimeInitTime)
	}
}

// hubRecordAt is hubUserFrame for return addresses that may stand for more than one frame.
func hubRecordAt(pcs []uintptr) (at hubFrame) {
	for _, pc := range pcs {
		f := findfunc(pc - 1)
		if !f.valid() {
			continue
		}
		for u, uf := newInlineUnwinder(f, pc-1); uf.valid(); uf = u.next(uf) {
			file, line := u.fileLine(uf)
			name := u.srcFunc(uf).name()
			pkg := hubPackage(name)
			if hubOfScope(pkg, hubScopeDeps) {
				return hubFrame{name, file, int32(line)}
			}
			if at.name == "" && pkg != "runtime" && pkg != "sync" && !stringslite.HasPrefix(pkg, "internal/") {
				at = hubFrame{name, file, int32(line)}
			}
		}
	}
	return at
}
