//go:build greenify_hub && greenify_sim

package runtime

import "unsafe"

// The log of a schedule: its choices, so far as they are not the plain ones. The plain
// schedule is that of strategy fifo: the first of the ready threads runs, and until it
// waits, select takes the cases from the last, and no timer fires early. So the log of a
// bug that needs one switch is a line long, and what is left out of a log is plain.
//
// A choice is named by who ran last and how many choices there have been while it did:
// a name that holds when others are taken away. A replay (hubStrategyReplay) asks the log
// by that name. If it is strict, each entry must come in its turn, at its step, behind the
// same history (the running hash); what the same program cannot fail, but by what is real.

// hubSimChoice is an entry.
type hubSimChoice struct {
	thread uint64 // who ran last, by descent
	pick   uint64 // what was chosen: a thread, by descent; a number of a case
	step   uint64
	count  uint32 // choices while thread ran, with this one
	check  uint32 // of the hash of what was before
	kind   hubSimKind
}

// hubSimKind is what there is to choose.
type hubSimKind uint32

const (
	hubSimNext     hubSimKind = iota // who runs when one waits
	hubSimSwitched                   // who runs though one need not wait
	hubSimCase                       // a step of the order in which select looks at its cases
	hubSimFires                      // that the next timer fires
	hubSimKinds
)

// hubSimKindNames are their names in files.
var hubSimKindNames = [hubSimKinds]string{"next", "switch", "case", "timer"}

// hubSimLogSize is how many choices a log can have; a schedule that has more is had again by its seed.
const hubSimLogSize = 1 << 16

var hubSimLog struct {
	entries *[hubSimLogSize]hubSimChoice
	n       uint32
	full    bool // there were more

	ran   guintptr // who runs, or ran last
	count uint32   // choices since it first ran

	// Replay.
	plan    []hubSimChoice
	index   []uint32 // a hash table: places in plan, and 1
	lenient bool
	verbose bool   // each step is printed
	used    uint32 // entries that came in turn

	file string // where a failing schedule goes; "": nowhere
	head string // what the file begins with
	seed uint64 // as its user knows it
}

// hubSimLogBegin begins the log of a schedule.
func hubSimLogBegin() {
	l := &hubSimLog
	if l.entries == nil {
		// The kernel gives pages as they are touched.
		l.entries = (*[hubSimLogSize]hubSimChoice)(sysAlloc(unsafe.Sizeof(*l.entries), &memstats.other_sys, "greenify log"))
	}
	l.n, l.full, l.used = 0, false, 0
	l.ran, l.count = 0, 0
}

// hubSimLogRuns is called as another thread gets the hub.
func hubSimLogRuns(gp *g) {
	l := &hubSimLog
	// Where a thread has ended, another may have its g.
	if old := l.ran.ptr(); old != nil && old.hub.sim.id == hubSim.last {
		old.hub.sim.choices = l.count
	}
	l.ran.set(gp)
	l.count = gp.hub.sim.choices
	if l.verbose {
		hubSimShowTurn(gp)
	}
}

// hubSimLogs has an entry for a choice that is not the plain one.
//
//go:nosplit
func hubSimLogs(kind hubSimKind, pick uint64) {
	l := &hubSimLog
	if l.n == hubSimLogSize {
		l.full = true
		return
	}
	e := &l.entries[l.n]
	l.n++
	e.thread, e.count, e.kind = hubSim.last, l.count, kind
	e.pick, e.step, e.check = pick, hubSim.steps, uint32(hubSim.hash)
}

// hubSimReplays returns the entry of the log that is replayed for the choice that there is now.
//
//go:nosplit
func hubSimReplays(kind hubSimKind) *hubSimChoice {
	l, s := &hubSimLog, &hubSim
	var found *hubSimChoice
	if n := uint32(len(l.index)); n != 0 {
		for i := uint32(hubSimLogKey(s.last, l.count)) & (n - 1); l.index[i] != 0; i = (i + 1) & (n - 1) {
			e := &l.plan[l.index[i]-1]
			if e.thread == s.last && e.count == l.count && e.kind == kind {
				found = e
				break
			}
		}
	}
	if l.lenient {
		return found
	}
	if l.used < uint32(len(l.plan)) {
		want := &l.plan[l.used]
		if found == want && want.check == uint32(s.hash) && want.step == s.steps {
			l.used++
			return found
		}
		if found == nil && s.steps <= want.step {
			return nil
		}
	} else if found == nil {
		return nil
	}
	systemstack(hubSimDiverged)
	return nil
}

//go:nosplit
func hubSimLogKey(thread uint64, count uint32) uint64 {
	return hubMix(thread + uint64(count)*0x9e3779b97f4a7c15)
}

// hubSimThreadAt is the thread at a place in the queue.
//
//go:nosplit
func hubSimThreadAt(i uint32) *g {
	gp := hub.runq.head.ptr()
	for ; i > 0; i-- {
		gp = gp.schedlink.ptr()
	}
	return gp
}

// hubSimReplayThread is a choice of a thread by the log: its place in the queue, and 1; 0:
// the plain one.
//
//go:nosplit
func hubSimReplayThread(kind hubSimKind) uint32 {
	e := hubSimReplays(kind)
	if e == nil {
		return 0
	}
	i := uint32(0)
	for gp := hub.runq.head.ptr(); gp != nil; gp = gp.schedlink.ptr() {
		if i++; gp.hub.sim.id == e.pick {
			return i
		}
	}
	if !hubSimLog.lenient { // that thread is not ready
		systemstack(hubSimDiverged)
	}
	return 0
}

// hubSimDiverged ends a strict replay whose choices are not those of the log.
func hubSimDiverged() {
	l, s := &hubSimLog, &hubSim
	print("greenify: the run differs from the file at step ", s.steps)
	if l.used < uint32(len(l.plan)) {
		e := &l.plan[l.used]
		print(": its entry ", l.used+1, " of ", len(l.plan), " is a ", hubSimKindNames[e.kind], " at step ", e.step, ", choice ", e.count, " of thread ", hex(e.thread))
	} else {
		print(": it has no more entries")
	}
	print("; this is choice ", l.count, " of thread ", hex(s.last))
	if gp := l.ran.ptr(); gp != nil && gp.hub.sim.id == s.last {
		print(", started ")
		hubPrintPlace(gp)
	}
	print("\n\tWhat is real, such as files and the network, may have come otherwise, or the program is another one: use -lenient\n")
	exit(hubSimExitDiverged)
}

// hubSimExitDiverged is the exit code of a replay that differs. Package explore knows it.
const hubSimExitDiverged = 97

// hubSimPlanned sets what is replayed.
func hubSimPlanned(plan []hubSimChoice, lenient bool) {
	l := &hubSimLog
	size := uint32(4)
	for size < 2*uint32(len(plan)) {
		size *= 2
	}
	l.plan, l.index, l.lenient = plan, make([]uint32, size), lenient
	for k := range plan {
		i := uint32(hubSimLogKey(plan[k].thread, plan[k].count)) & (size - 1)
		for l.index[i] != 0 {
			i = (i + 1) & (size - 1)
		}
		l.index[i] = uint32(k) + 1
	}
}

// hubSimSave writes the log of a schedule that failed, for greenify replay. The file is
// whole, or there is none. A panic writes it, too: nothing is allocated.
func hubSimSave(verdict string, steps, hash uint64) {
	l, w := &hubSimLog, &hubSimWriter
	if l.file == "" || len(l.file) > len(w.name)-32 {
		return
	}
	// The name, and one for the time until it is written.
	w.n = 0
	w.add(l.file)
	w.add("-")
	w.decimal(l.seed)
	w.add(".sim")
	name, temp := w.name[:w.n], w.temp[:w.n+1]
	copy(name, w.buf[:w.n])
	copy(temp, name)
	temp[w.n] = '~'
	w.name[w.n], w.temp[w.n+1], w.n = 0, 0, 0
	fd, errno := hubCall(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(&w.temp)), 0x80000|0x200|0x40|1, 0o666) // O_CLOEXEC, O_TRUNC, O_CREAT, O_WRONLY
	if w.fd = fd; errno == 0 {
		w.failed = false
		w.schedule(verdict, steps, hash)
		w.flush()
		closefd(int32(fd))
		if w.failed {
			errno = 5 // EIO
		} else {
			_, errno = hubCall(sysRenameat, atFdcwd, uintptr(unsafe.Pointer(&w.temp)), atFdcwd, uintptr(unsafe.Pointer(&w.name)))
		}
		if errno != 0 {
			hubCall(sysUnlinkat, atFdcwd, uintptr(unsafe.Pointer(&w.temp)))
		}
	}
	if errno != 0 {
		print("greenify: cannot write the schedule to ", l.file, "-", l.seed, ".sim: errno ", errno, "\n")
	}
}

// hubSimWriter writes to a file as a panic may, too: by system calls.
var hubSimWriter hubSimFile

type hubSimFile struct {
	fd         uintptr
	n          int
	buf        [4096]byte
	name, temp [1024]byte
	failed     bool
}

// schedule writes all of the file.
func (w *hubSimFile) schedule(verdict string, steps, hash uint64) {
	l, s := &hubSimLog, &hubSim
	w.add(l.head)
	w.add("seed ")
	w.decimal(l.seed)
	w.varied()
	w.add("\nmixed ")
	w.hex(s.seed)
	w.add("\nstrategy ")
	w.add(hubStrategyNames[s.strategy])
	if s.points != hubPointsSync {
		w.add("\npoints ")
		w.add(hubPointsNames[s.points])
	}
	w.add("\nverdict ")
	w.add(verdict)
	w.add("\ntaken ")
	w.decimal(steps)
	w.add("\nhash ")
	w.hex(hash)
	if l.full {
		w.add("\nchoices too many: the seed has them again\nend\n")
		return
	}
	w.add("\nchoices ")
	w.decimal(uint64(l.n))
	for i := range l.n {
		e := &l.entries[i]
		w.add("\n")
		w.add(hubSimKindNames[e.kind])
		w.add(" ")
		w.hex(e.thread)
		w.add(" ")
		w.decimal(uint64(e.count))
		w.add(" ")
		w.hex(e.pick)
		w.add(" ")
		w.decimal(e.step)
		w.add(" ")
		w.hex(uint64(e.check))
	}
	w.add("\nend\n")
}

func (w *hubSimFile) decimal(n uint64) {
	var b [20]byte
	for _, c := range itoa(b[:], n) {
		w.byte(c)
	}
}

func (w *hubSimFile) hex(n uint64) {
	for i := 60; i >= 0; i -= 4 {
		w.byte("0123456789abcdef"[n>>i&15])
	}
}

func (w *hubSimFile) add(s string) {
	for i := range len(s) {
		w.byte(s[i])
	}
}

func (w *hubSimFile) byte(c byte) {
	if w.n == len(w.buf) {
		w.flush()
	}
	w.buf[w.n] = c
	w.n++
}

func (w *hubSimFile) flush() {
	for p := 0; p < w.n && !w.failed; {
		n := write1(w.fd, unsafe.Pointer(&w.buf[p]), int32(w.n-p))
		w.failed = n <= 0
		p += int(n)
	}
	w.n = 0
}

// hubSimProgramHash names the program: by its functions, how long each is and where it
// begins. Folders are left out, so that the same source is the same program elsewhere.
func hubSimProgramHash() uint64 {
	h := uint64(0)
	for md := &firstmoduledata; md != nil; md = md.next {
		for i := range md.ftab[:len(md.ftab)-1] {
			f := funcInfo{(*_func)(unsafe.Pointer(&md.pclntable[md.ftab[i].funcoff])), md}
			h = hubMix(h ^ uint64(md.ftab[i+1].entryoff-md.ftab[i].entryoff)<<32 ^ uint64(uint32(f.startLine)))
			for _, c := range []byte(funcname(f)) {
				h = h*31 + uint64(c)
			}
		}
	}
	return h
}
