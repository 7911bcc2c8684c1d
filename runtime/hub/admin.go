//go:build greenify_hub

package runtime

import (
	"internal/runtime/syscall/linux"
	"internal/strconv"
	"internal/stringslite"
	"unsafe"
)

// The admin socket, GREENIFY=admin=PATH: a Unix socket at which a program says
// what its green threads do (greenify ps, greenify top). Programs need not import
// net, and must not notice it: no descriptor in their poller, and a program in
// which nothing can run is still a deadlock.
//
// So an M of its own without a P, which does not count (as sysmon does not),
// waits for clients, reads their requests and writes the answers. A goroutine of
// the runtime, parked otherwise, makes the answers, with the world stopped.
//
// The socket is made with mode 0600, and a client must have the user of the
// program, or be root. One client at a time; it has a second for each step.
//
// Request: one line, "ps", "stacks" or "kill ID". Answer: a JSON object, then the end. A kill
// takes place in the hub, so it waits for a thread that keeps it. The answer does not
// wait for long, and says so: other requests are served meanwhile, as somebody will
// want to know which thread that is.
var hubAdmin struct {
	addr    sockaddrUnix // no path: off. Here, as the stack of a goroutine may move
	stat    [256]byte
	fd      uintptr
	lock    mutex
	serve   guintptr // the goroutine, parked
	asked   bool     // guarded by lock
	request [64]byte
	length  int
	answer  []byte // complete when done is set
	size    int    // that was enough for the last one
	done    note
	pcs     [64]uintptr
	text    [1024]byte
}

// hubSetAdmin reads the setting.
func hubSetAdmin(path string) bool {
	return len(path) > 0 && len(path) < len(hubAdmin.addr.path) && copy(hubAdmin.addr.path[:], path) > 0
}

const (
	afUnix       = 1
	sockStream   = 1
	sockCloexec  = 0x80000
	sockNonblock = 0x800
	solSocket    = 1
	soPeercred   = 17
	atFdcwd      = ^uintptr(99) // -100
	pollIn       = 1
	pollOut      = 4
)

type sockaddrUnix struct {
	family uint16
	path   [108]byte
}

func hubCall(num uintptr, a ...uintptr) (r, errno uintptr) {
	var arg [6]uintptr
	copy(arg[:], a)
	r, _, errno = linux.Syscall6(num, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5])
	return r, errno
}

// hubAdminStart opens the socket and starts who serves it, or stops the program.
// Called by main before the hub is on.
func hubAdminStart() {
	a := &hubAdmin
	if a.addr.path[0] == 0 {
		return
	}
	lockInit(&a.lock, lockRankLeafRank)
	a.addr.family = afUnix
	where, size := uintptr(unsafe.Pointer(&a.addr)), unsafe.Sizeof(a.addr)
	name := uintptr(unsafe.Pointer(&a.addr.path))
	fd, errno := hubCall(sysSocket, afUnix, sockStream|sockCloexec)
	if errno == 0 {
		hubCall(sysFchmod, fd, 0o600) // of the file that bind makes
		_, errno = hubCall(sysBind, fd, where, size)
		if errno == _EADDRINUSE && hubStale(fd, where, size, name) {
			hubCall(sysUnlinkat, atFdcwd, name)
			_, errno = hubCall(sysBind, fd, where, size)
		}
	}
	if errno == 0 {
		_, errno = hubCall(sysListen, fd, 8)
	}
	if errno != 0 && hubFamily.child { // it is the parent's
		closefd(int32(fd))
		return
	}
	if errno != 0 {
		print("greenify: cannot listen on admin=")
		print(hubSafe(gostringnocopy(&a.addr.path[0])))
		print(": ")
		hubPrintError(errno)
		if errno == _EADDRINUSE {
			print(": another process listens there, or it is a file and no socket: use another path; %p in it is the process id\n")
		} else {
			print(": use the path of a new file in a folder that can be written\n")
		}
		exit(2)
	}
	a.fd = fd
	go hubAdminServe()
	systemstack(func() { newm(hubAdminListen, nil, -1) })
}

const _EADDRINUSE = 98

// hubStale reports whether the file is a socket at which nobody listens: one that
// a killed program left.
func hubStale(fd, addr, size, name uintptr) bool {
	if _, errno := hubCall(sysNewfstatat, atFdcwd, name, uintptr(unsafe.Pointer(&hubAdmin.stat)), 0x100); errno != 0 { // AT_SYMLINK_NOFOLLOW
		return false
	}
	if mode := *(*uint32)(unsafe.Pointer(&hubAdmin.stat[statMode])); mode&0o170000 != 0o140000 {
		return false
	}
	_, errno := hubCall(sysConnect, fd, addr, size)
	return errno == 111 // ECONNREFUSED
}

// hubAdminEnd removes the socket as the program exits.
func hubAdminEnd() {
	if hubAdmin.fd != 0 {
		hubCall(sysUnlinkat, atFdcwd, uintptr(unsafe.Pointer(&hubAdmin.addr.path)))
	}
}

// hubPoll1 waits for one descriptor. It reports whether it is ready in time: -1
// is no limit.
func hubPoll1(fd uintptr, events int16, ms int64) bool {
	p := struct {
		fd      int32
		events  int16
		revents int16
	}{int32(fd), events, 0}
	for {
		limit := timespec{tv_sec: ms / 1e3, tv_nsec: ms % 1e3 * 1e6}
		tp := unsafe.Pointer(&limit)
		if ms < 0 {
			tp = nil
		}
		n, errno := hubCall(sysPpoll, uintptr(noescape(unsafe.Pointer(&p))), 1, uintptr(noescape(tp)), 0, 8)
		if errno == _EINTR {
			continue
		}
		return errno == 0 && n == 1
	}
}

// hubAdminListen is the M.
//
//go:nowritebarrierrec
func hubAdminListen() {
	lock(&sched.lock)
	sched.nmsys++
	checkdead()
	unlock(&sched.lock)
	a := &hubAdmin
	for {
		if !hubPoll1(a.fd, pollIn, -1) {
			usleep(10_000)
			continue
		}
		fd, errno := hubCall(sysAccept4, a.fd, 0, 0, sockCloexec|sockNonblock)
		if errno != 0 {
			usleep(10_000)
			continue
		}
		if hubPeer(fd) && hubRead(fd) {
			hubAdminAsk()
			for sent := 0; sent < len(a.answer) && hubPoll1(fd, pollOut, 1000); {
				const msgNosignal = 0x4000
				n, errno := hubCall(sysSendto, fd, uintptr(unsafe.Pointer(&a.answer[sent])), uintptr(len(a.answer)-sent), msgNosignal)
				if errno != 0 && errno != _EAGAIN {
					break
				}
				if errno == 0 {
					sent += int(n)
				}
			}
		}
		closefd(int32(fd))
	}
}

// hubPeer reports whether the client is the program's user, or root.
func hubPeer(fd uintptr) bool {
	cred := struct{ pid, uid, gid int32 }{uid: -1}
	size := uint32(unsafe.Sizeof(cred))
	_, errno := hubCall(sysGetsockopt, fd, solSocket, soPeercred, uintptr(noescape(unsafe.Pointer(&cred))), uintptr(noescape(unsafe.Pointer(&size))))
	uid, _ := hubCall(sysGeteuid)
	return errno == 0 && (cred.uid == 0 || uintptr(cred.uid) == uid)
}

// hubRead reads a line.
func hubRead(fd uintptr) bool {
	a := &hubAdmin
	for a.length = 0; a.length < len(a.request) && hubPoll1(fd, pollIn, 1000); {
		n := read(int32(fd), unsafe.Pointer(&a.request[a.length]), int32(len(a.request)-a.length))
		if n <= 0 {
			return false
		}
		a.length += int(n)
		if a.request[a.length-1] == '\n' {
			a.length--
			return true
		}
	}
	return false
}

// hubAdminAsk has the goroutine make the answer, and waits for it.
//
//go:nowritebarrierrec
func hubAdminAsk() {
	a := &hubAdmin
	noteclear(&a.done)
	lock(&a.lock)
	a.asked = true
	gp := a.serve.ptr()
	a.serve = 0
	unlock(&a.lock)
	hubInject(gp)
	notesleep(&a.done)
}

// hubAdminServe is the goroutine.
func hubAdminServe() {
	a := &hubAdmin
	for {
		lock(&a.lock)
		if !a.asked {
			a.serve.set(getg())
			goparkunlock(&a.lock, waitReasonForceGCIdle, traceBlockSystemGoroutine, 1)
			continue
		}
		a.asked = false
		unlock(&a.lock)
		a.answer = hubAnswer(string(a.request[:a.length]))
		notewakeup(&a.done)
	}
}

func hubAnswer(request string) []byte {
	if w := &hubPrefork; w.parent && w.answer == nil {
		return []byte(`{"error": "the program begins"}` + "\n")
	} else if w.parent {
		return w.answer(request)
	}
	if id, ok := stringslite.CutPrefix(request, "kill "); ok {
		return []byte(hubAdminKill(id))
	}
	say := hubPrintThreads
	switch request {
	case "ps":
	case "stacks":
		say = hubPrintStacks
	default:
		return []byte(`{"error": "unknown request"}` + "\n")
	}
	for size := max(hubAdmin.size, 64<<10); ; size *= 2 {
		buf := make([]byte, size)
		n := 0
		stw := stopTheWorld(stwGoroutineProfile)
		systemstack(func() {
			g0 := getg()
			g0.writebuf = buf[0:0:len(buf)]
			say()
			n = len(g0.writebuf)
			g0.writebuf = nil
		})
		startTheWorld(stw)
		if n < size {
			hubAdmin.size = size
			return buf[:n]
		}
	}
}

// hubKillTime is how long, in nanoseconds, the answer waits for a kill.
const hubKillTime = 100e6

// A hubKilling is a kill that was asked for.
type hubKilling struct {
	gp    *g
	id    uint64
	found bool
	done  note
}

func (k *hubKilling) run() {
	k.found = green_kill(unsafe.Pointer(k.gp), k.id)
	notewakeup(&k.done)
}

func hubAdminKill(id string) (answer string) {
	n, err := strconv.ParseInt(id, 10, 64)
	k := &hubKilling{id: uint64(n)}
	forEachGRace(func(gp *g) {
		if err == nil && gp.goid == k.id && (gp.hub.green || gp.hub.ran) {
			k.gp = gp
		}
	})
	switch {
	case k.gp == nil:
		return `{"error": "no such thread"}` + "\n"
	case hubForeign(k.gp):
		return `{"error": "it is not a thread of the program: the runtime calls finalizers, cleanups or functions for C in it"}` + "\n"
	}
	go k.run()
	switch {
	case !notetsleepg(&k.done, hubKillTime):
		return `{"pending": "it is killed once another thread gives up the hub"}` + "\n"
	case !k.found:
		return `{"error": "no such thread"}` + "\n"
	}
	return "{}\n"
}

// hubPrintThreads prints the JSON object of greenify ps. The world is stopped.
func hubPrintThreads() {
	now := hubClock()
	timers := 0
	for _, pp := range allp {
		timers += len(pp.timers.heap)
	}
	print(`{"uptime_ms":`, now, `,"spawned":`, hub.spawned.Load(), `,"alive":`, hub.alive.Load(), `,"peak":`, hub.peak.Load(),
		`,"switches":`, hub.switches, `,"yields":`, hub.yields, `,"rescued":`, hub.rescued.Load(), `,"preempted":`, hubBusy.count.Load(),
		`,"timers":`, timers, `,"fd_waiters":`, netpollWaiters.Load(),
		`,"offload_size":`, hubPool.size, `,"offload_busy":`, hubPool.busy, `,"offload_queue":`, hubPool.q.size, `,"threads":[`)
	sep := ""
	forEachGRace(func(gp *g) {
		status := readgstatus(gp) &^ _Gscan
		if !gp.hub.green && !gp.hub.ran || status == _Gdead || status == _Gdeadextra || status == _Gidle {
			return
		}
		print(sep, `{"id":`, gp.goid, `,"parent":`, gp.parentGoid)
		sep = ",\n"
		if gp.hub.name != nil {
			print(`,"name":`)
			hubPrintQuoted(*gp.hub.name)
		}
		print(`,"state":"`)
		switch {
		case gp.hub.owner:
			print(`running"`)
		case !gp.hub.green:
			print(`native"`) // left the hub for a call that blocks
		case hubParked(gp):
			print(`waiting","wait":"`, hubWaitName(gp), `","since_ms":`, now-gp.hub.since, `,"on":`)
			hubPrintQuoted(hubPrinted(func() { hubPrintObject(gp, false) }))
		case status == _Gsyscall:
			print(`syscall"`)
		case gp.hub.busy:
			print(`preempted"`)
		default:
			print(`ready"`)
		}
		print(`,"start":`)
		hubPrintQuoted(hubPrinted(func() { hubPrintPlace(gp) }))
		print(`,"at":`)
		if f, ok := hubUserFrame(hubStack(gp, hubAdmin.pcs[:])); ok {
			hubPrintQuoted(hubPrinted(func() { print(f.name, " ", f.file, ":", f.line) }))
		} else {
			print(`""`)
		}
		print("}")
	})
	print("]}\n")
}

// hubPrintStacks prints the JSON object of greenify profile: who waits, and where. The
// world is stopped.
func hubPrintStacks() {
	print(`{"threads":[`)
	sep := ""
	forEachGRace(func(gp *g) {
		if !gp.hub.green || !hubParked(gp) {
			return
		}
		print(sep, `{"wait":"`, gp.waitreason.String(), `","frames":[`)
		sep = ",\n"
		comma := ""
		for _, pc := range hubCallers(hubStack(gp, hubAdmin.pcs[:])) {
			if f, ok := hubFrameAt(pc); ok && f.name != "runtime.goexit" {
				print(comma)
				hubPrintQuoted(hubPrinted(func() { print(f.name, " ", f.file, ":", f.line) }))
				comma = ","
			}
		}
		print("]}")
	})
	print("]}\n")
}

// hubPrinted returns what f prints, up to the size of the buffer, until the next
// call. It runs on g0 with the world stopped.
func hubPrinted(f func()) string {
	g0 := getg()
	outer := g0.writebuf
	g0.writebuf = hubAdmin.text[:0:len(hubAdmin.text)]
	f()
	n := len(g0.writebuf)
	g0.writebuf = outer
	return unsafe.String(&hubAdmin.text[0], n)
}

// hubPrintQuoted prints s as a JSON string.
func hubPrintQuoted(s string) {
	print(`"`)
	from := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			print(s[from:i])
			const digits = "0123456789abcdef"
			print(`\u00`, digits[c>>4:c>>4+1], digits[c&15:c&15+1])
			from = i + 1
		}
	}
	print(s[from:], `"`)
}
