//go:build greenify_hub

package runtime

import "unsafe"

// The trace, GREENIFY=trace=FILE: an array of Chrome trace events, which
// ui.perfetto.dev and chrome://tracing open, with a track for each green thread:
//
//	X  a slice: running; ready, until its turn; a wait, named by operation and
//	   source line; native work
//	s  f  an arrow from who made a thread ready to its turn
//	i  the moment in which a thread that computed was made to yield (busy.go)
//	M  the name of a thread; a stack, which waits refer to by its number
//
// A slice is written as it ends. All is formatted here, which makes a change
// of threads over a channel (0.1 us) take 2 us more: a wait's stack is unwound. The buffer is
// written when it is full, once a second, and as the program ends; what a killed
// program leaves is a trace without the last second, and without its closing
// bracket, as the format allows.
//
// Off, the cost is a look at hubTracing at each change of state. The recorder (record.go) hangs
// on it, too.
var hubTracing bool // written before the hub is on, and as the program ends

var hubTrace hubTraceState

type hubTraceState struct {
	on   bool
	file *byte // its name, for the time up to its opening
	fd   int32

	lock    mutex // a leaf, below hub.lock
	flows   uint32
	flushed int64
	failed  bool // to write
	length  int
	buf     [64 << 10]byte
	stacks  [4096]uint64 // hashes of the stacks that were written; a stack's number is its index
	pcs     [64]uintptr
}

// hubTraced is a thread's part of the trace. It is in one state at a time.
type hubTraced struct {
	at     int64   // nanotime at which the state began
	pc     uintptr // of the line of the program that waits
	flow   uint32  // arrow that ends at the next turn; 0: none
	stack  uint16
	state  uint8
	reason waitReason
	named  bool
	born   uint16 // of the recorder: the place of the go statement
}

// A hubTracedPtr is a *hubTraced without write barriers, as guintptr: that of a g is allocated when it
// is first needed, and never freed, as the g itself.
type hubTracedPtr uintptr

// hubTracedOf returns the thread's part of the trace. The caller is who may change it.
func hubTracedOf(gp *g) *hubTraced {
	p := gp.hub.trace
	if p == 0 {
		p = hubTracedPtr(persistentalloc(unsafe.Sizeof(hubTraced{}), 0, &memstats.other_sys))
		gp.hub.trace = p
	}
	return (*hubTraced)(unsafe.Pointer(p))
}

// hubTraceFree prepares the thread's part of the trace for the next thread of the same g.
func hubTraceFree(gp *g) {
	if gp.hub.trace != 0 {
		*hubTracedOf(gp) = hubTraced{}
	}
}

const (
	traceNone = iota
	traceRun
	traceReady
	traceWait
	traceNative
)

func hubTraceStart() {
	t := &hubTrace
	if t.file == nil {
		return
	}
	if hubFamily.child && !hubFamily.ownTrace {
		return // it is the parent's
	}
	// Whoever writes a trace has a lock on it, and only then it is emptied: a
	// process that was told to write the same file must not destroy it.
	const flags = 1 | 0x40 | 0x80000 // O_WRONLY, O_CREAT, O_CLOEXEC
	fd, errno := hubCall(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(t.file)), flags, 0o666)
	why := ": use a file in a folder that exists and can be written\n"
	if t.fd = -1; errno == 0 {
		t.fd = int32(fd)
		if _, errno := hubCall(sysFlock, uintptr(t.fd), 2|4); errno == _EAGAIN { // LOCK_EX, LOCK_NB
			closefd(t.fd)
			t.fd = -1
			why = ": another process writes it: use %p in the name for the process id\n"
		} else {
			hubCall(sysFtruncate, uintptr(t.fd), 0)
		}
	}
	if t.fd < 0 {
		if hubFamily.child {
			return
		}
		print("greenify: cannot write trace=")
		print(hubSafe(gostringnocopy(t.file)))
		if errno != 0 {
			print(": ")
			hubPrintError(errno)
		}
		print(why)
		exit(2)
	}
	t.str("[\n")
	t.on, hubTracing = true, true
}

// hubTraceTo moves gp to another state. The caller is the only one who can move it.
//
//go:nowritebarrierrec
func hubTraceTo(gp *g, state uint8) {
	if hubRecord.on {
		hubRecordTo(gp, state, nil)
	}
	hubTraceIn(gp, state)
}

//go:nowritebarrierrec
func hubTraceIn(gp *g, state uint8) {
	t := &hubTrace
	if !t.on {
		return
	}
	now := hubNanotime()
	lock(&t.lock)
	if t.on {
		t.slice(gp, now)
		tr := hubTracedOf(gp)
		if !tr.named {
			t.name(gp)
		}
		tr.state, tr.at = state, now
		if state == traceRun && tr.flow != 0 {
			t.event("f", gp, now)
			t.str(`,"bp":"e","cat":"wake","name":"wake","id":`)
			t.num(uint64(tr.flow))
			t.end()
			tr.flow = 0
		}
	}
	unlock(&t.lock)
}

// hubTraceWake moves gp to ready; waker is who made it so, or nil.
func hubTraceWake(gp, waker *g) {
	if hubRecord.on {
		hubRecordTo(gp, traceReady, waker)
	}
	t := &hubTrace
	if !t.on {
		return
	}
	hubTraceIn(gp, traceReady)
	if waker == nil {
		return
	}
	lock(&t.lock)
	if t.on {
		t.flows++
		tr := hubTracedOf(gp)
		tr.flow = t.flows
		t.event("s", waker, tr.at)
		t.str(`,"cat":"wake","name":"wake","id":`)
		t.num(uint64(t.flows))
		t.end()
	}
	unlock(&t.lock)
}

// hubTraceCut says that gp is made to yield.
func hubTraceCut(gp *g) {
	t := &hubTrace
	now := hubNanotime()
	lock(&t.lock)
	if t.on {
		t.event("i", gp, now)
		t.str(`,"name":"preempted"`)
		t.end()
	}
	unlock(&t.lock)
}

// hubTracePark moves gp, which has just been parked, to its wait.
func hubTracePark(gp *g) {
	t := &hubTrace
	if t.on {
		hubTraceIn(gp, traceWait)
	}
	hubStill(gp, _Gwaiting)
	if hubRecord.on {
		hubRecordPark(gp)
	}
	if t.on {
		hubTraceWait(gp)
	}
	hubStirs(gp, _Gwaiting)
}

// hubTraceWait notes what gp waits for.
func hubTraceWait(gp *g) {
	t := &hubTrace
	lock(&t.lock)
	pcs := hubStack(gp, t.pcs[:])
	tr := hubTracedOf(gp)
	tr.reason, tr.pc, tr.stack = gp.waitreason, 0, 0
	pcs = hubCallers(pcs)
	for _, pc := range pcs {
		if f, ok := hubFrameAt(pc); ok && hubOfScope(hubPackage(f.name), hubScopeDeps) {
			tr.pc = pc
			break
		}
	}
	if tr.pc == 0 && len(pcs) > 0 {
		tr.pc = pcs[0]
	}
	if t.on {
		tr.stack = t.stack(pcs)
	}
	unlock(&t.lock)
}

// hubTraceFlush writes what is in the buffer once a second; sysmon calls it.
func hubTraceFlush(now int64) {
	t := &hubTrace
	if t.on && now-t.flushed > 1e9 {
		lock(&t.lock)
		t.write()
		unlock(&t.lock)
		t.flushed = now
	}
}

// hubTraceEnd ends the trace with the slices that are open.
func hubTraceEnd() {
	hubRecordEnd()
	t := &hubTrace
	if !t.on {
		return
	}
	now := hubNanotime()
	lock(&t.lock)
	if t.on {
		t.on = false
		forEachGRace(func(gp *g) { t.slice(gp, now) })
		t.str(`{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"green threads"}}` + "\n]\n")
		t.write()
	}
	unlock(&t.lock)
}

// The rest is called with the lock held.

func (t *hubTraceState) slice(gp *g, now int64) {
	tr := hubTracedOf(gp)
	if tr.state == traceNone {
		return
	}
	t.event("X", gp, tr.at)
	t.str(`,"dur":`)
	t.micro(now - tr.at)
	t.str(`,"name":"`)
	switch tr.state {
	case traceRun:
		t.str(`running","cname":"good"`)
	case traceReady:
		t.str(`ready","cname":"bad"`)
	case traceNative:
		t.str(`native"`)
	case traceWait:
		t.str(tr.reason.String())
		if f, ok := hubFrameAt(tr.pc); ok {
			t.str(" ")
			t.quote(hubBase(f.file))
			t.str(":")
			t.num(uint64(f.line))
		}
		t.str(`","cat":"wait","args":{"stack":`)
		t.num(uint64(tr.stack))
		t.str("}")
	}
	t.end()
}

// name names a thread, by its go statement if it has no name.
func (t *hubTraceState) name(gp *g) {
	hubTracedOf(gp).named = true
	t.event("M", gp, 0)
	t.str(`,"name":"thread_name","args":{"name":"`)
	if name := gp.hub.name; name != nil {
		t.quote(*name)
	} else if f := findfunc(hubStart(gp)); f.valid() && gp.goid != 1 {
		file, line := funcline(f, hubStart(gp)-1)
		t.quote(hubBase(file))
		t.str(":")
		t.num(uint64(line))
	} else {
		t.str("main")
	}
	t.str(`"}`)
	t.end()
}

// stack returns the number of a stack, 0 if there is no room for one more.
func (t *hubTraceState) stack(pcs []uintptr) uint16 {
	h := uint64(14695981039346656037) // FNV
	for _, pc := range pcs {
		h = (h ^ uint64(pc)) * 1099511628211
	}
	if h == 0 {
		h = 1
	}
	n := uint64(len(t.stacks))
	for i := range n {
		k := (h + i) % n
		if k == 0 {
			continue
		}
		if t.stacks[k] == h {
			return uint16(k)
		}
		if t.stacks[k] == 0 {
			t.stacks[k] = h
			t.str(`{"ph":"M","pid":1,"tid":0,"name":"stack","args":{"id":`)
			t.num(k)
			t.str(`,"frames":[`)
			sep := `"`
			for _, pc := range pcs {
				if f, ok := hubFrameAt(pc); ok && f.name != "runtime.goexit" {
					t.str(sep)
					sep = `","`
					t.quote(f.name)
					t.str(" ")
					t.quote(f.file)
					t.str(":")
					t.num(uint64(f.line))
				}
			}
			if sep != `"` {
				t.str(`"`)
			}
			t.str("]}")
			t.end()
			return uint16(k)
		}
	}
	return 0
}

func (t *hubTraceState) event(ph string, gp *g, at int64) {
	t.str(`{"ph":"`)
	t.str(ph)
	t.str(`","pid":1,"tid":`)
	t.num(gp.goid)
	if at != 0 {
		t.str(`,"ts":`)
		t.micro(at - runtimeInitTime)
	}
}

func (t *hubTraceState) end() { t.str("},\n") }

func (t *hubTraceState) micro(ns int64) {
	t.num(uint64(ns) / 1000)
	var frac [4]byte
	frac[0] = '.'
	for i, n := 3, uint64(ns)%1000; i > 0; i-- {
		frac[i] = byte('0' + n%10)
		n /= 10
	}
	t.bytes(frac[:])
}

func (t *hubTraceState) num(n uint64) {
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			break
		}
	}
	t.bytes(digits[i:])
}

// quote writes the inside of a JSON string.
func (t *hubTraceState) quote(s string) {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == '"' || c == '\\' {
			t.str(`\u00`)
			const digits = "0123456789abcdef"
			t.str(digits[c>>4 : c>>4+1])
			t.str(digits[c&15 : c&15+1])
			continue
		}
		t.str(s[i : i+1])
	}
}

func (t *hubTraceState) str(s string) { t.bytes(unsafe.Slice(unsafe.StringData(s), len(s))) }

func (t *hubTraceState) bytes(b []byte) {
	for len(b) > 0 {
		if t.length == len(t.buf) {
			t.write()
		}
		n := copy(t.buf[t.length:], b)
		t.length += n
		b = b[n:]
	}
}

// write empties the buffer. Without room on the disk the trace ends.
func (t *hubTraceState) write() {
	for from := 0; from < t.length; {
		n := write1(uintptr(t.fd), unsafe.Pointer(&t.buf[from]), int32(t.length-from))
		if n == -_EINTR {
			continue
		}
		if n <= 0 {
			if !t.failed {
				print("greenify: the trace ends: cannot write it: ")
				hubPrintError(uintptr(-n))
				print("\n")
			}
			t.failed, t.on = true, false
			break
		}
		from += int(n)
	}
	t.length = 0
}

// hubBase returns the last element of a path.
func hubBase(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}
