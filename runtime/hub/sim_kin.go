//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/stringslite"
	"unsafe"
)

// The family: the child processes of the program, theirs, and what each thread of these does, as
// /proc tells. One that a child has left behind, whose parent has ended, is still known if it was
// seen before.
//
// That a thread sleeps says nothing of how long. So /proc is asked for the system call that it is
// in, and if that has a time, the thread's memory for how long it is. What else could wake it is
// another thread of the family, or the program, if the process has nothing open but files, pipes
// and descriptors that poll; else it may be somebody in the network.

// hubKinState is what a thread does, or the one of the family who is furthest from rest.
type hubKinState uint8

const (
	hubKinNone  hubKinState = iota // there is none
	hubKinRests                    // it waits for others of the family, or the program, or has ended
	hubKinDozes                    // it may go on by itself, or by what comes from elsewhere
	hubKinNaps                     // it goes on by itself at once
	hubKinWorks                    // it runs
)

const hubKinMost = 128 // processes of a family; others are not waited for

var hubKin struct {
	pids  [hubKinMost]int32 // hubChildren of them
	state hubKinState
	sum   uint64
	calls bool // they are asked for
	blind bool // the kernel does not tell who the children of a process are

	path    [96]byte
	text    [4096]byte
	threads [2048]byte // entries of folders
	files   [2048]byte
}

// hubKinAdd has one more process in the family.
func hubKinAdd(pid int32) {
	k := &hubKin
	for _, known := range k.pids[:hubChildren] {
		if known == pid {
			return
		}
	}
	if hubChildren < hubKinMost {
		k.pids[hubChildren] = pid
		hubChildren++
	}
}

// hubKinLook returns what the family does, and a sum of who it is and how often each thread has
// run: two looks with the same sum that find all of them asleep have seen them at rest in between.
// Without calls all who sleep rest.
func hubKinLook(calls bool) (hubKinState, uint64) {
	k := &hubKin
	k.state, k.sum, k.calls = hubKinNone, 1, calls
	left := uint32(0)
	for i := uint32(0); i < hubChildren; i++ { // more are added on the way
		pid := k.pids[i]
		if hubKinProcess(pid) {
			k.pids[left] = pid
			left++
		}
	}
	hubChildren = left
	return k.state, k.sum
}

// hubKinProcess looks at a process. It reports whether there is one.
func hubKinProcess(pid int32) bool {
	k := &hubKin
	folder, errno := hubKinOpen(pid, "/task", 0, "")
	if errno != 0 {
		if errno == 2 || errno == 3 { // ENOENT, ESRCH
			return false
		}
		k.state = max(k.state, hubKinDozes) // no descriptor is free, say
		k.sum = hubMix(k.sum)
		return true
	}
	outside := false // an untimed wait may be for somebody else; known once one is seen
	asked := false
	for {
		n, errno := hubCall(sysGetdents64, folder, uintptr(unsafe.Pointer(&k.threads)), uintptr(len(k.threads)))
		if errno != 0 || n == 0 {
			break
		}
		for at := uintptr(0); at < n; {
			tid, size := hubKinEntry(&k.threads, at)
			at += size
			if tid < 0 {
				continue
			}
			state := hubKinThread(pid, tid)
			if k.calls && state == hubKinRests && !asked {
				outside, asked = hubKinOutside(pid), true
			}
			if state == hubKinRests && outside {
				state = hubKinDozes
			}
			k.state = max(k.state, state)
		}
	}
	closefd(int32(folder))
	return true
}

// hubKinEntry returns the number that the entry of a folder is, -1 if it is none, and how long it is.
func hubKinEntry(entries *[2048]byte, at uintptr) (number int32, size uintptr) {
	const name = 19 // offsetof(struct linux_dirent64, d_name)
	size = uintptr(*(*uint16)(unsafe.Pointer(&entries[at+16])))
	text := gostringnocopy(&entries[at+name])
	if text[0] < '0' || text[0] > '9' {
		return -1, size
	}
	n, _ := hubKinNumber(text, 10)
	return int32(n), size
}

// hubKinThread looks at a thread. For what it sleeps is asked before how often it has run: the kernel
// waits until a thread that is about to sleep does, and only then counts it. So if the count is that
// of the look before, it has slept since then.
func hubKinThread(pid, tid int32) hubKinState {
	k := &hubKin
	sleeps := hubKinCall(pid, tid)
	text := hubKinRead(pid, "/task/", tid, "/status")
	if text == "" {
		return hubKinRests // it has ended
	}
	i := stringslite.Index(text, "\nState:\t")
	j := stringslite.Index(text, "\nvoluntary_ctxt_switches:")
	if i < 0 || j < 0 {
		return hubKinDozes
	}
	state := text[i+len("\nState:\t")]
	k.sum = hubMix(k.sum ^ uint64(tid))
	for _, c := range []byte(text[j:]) {
		k.sum = k.sum*31 + uint64(c)
	}
	hubKinChildren(pid, tid)
	switch state {
	case 'Z', 'T': // until somebody has it go on; a thread that is dead, X, has not yet told so
		return hubKinRests
	case 'S': // or about to
		return sleeps
	case 't': // traced
		if hubKin.calls {
			return hubKinDozes
		}
		return hubKinRests
	}
	return hubKinWorks
}

// hubKinChildren adds the children of a thread.
func hubKinChildren(pid, tid int32) {
	fd, errno := hubKinOpen(pid, "/task/", tid, "/children")
	if errno != 0 {
		hubKin.blind = hubKin.blind || errno == 2 // ENOENT, and for a thread that has ended
		return
	}
	text := hubKinText(fd)
	for text != "" {
		n, rest := hubKinNumber(text, 10)
		if len(rest) == len(text) {
			break
		}
		hubKinAdd(int32(n))
		text, _ = stringslite.CutPrefix(rest, " ")
	}
}

// hubKinCall returns what a thread does that sleeps, if it does, by its system call.
func hubKinCall(pid, tid int32) hubKinState {
	text := hubKinRead(pid, "/task/", tid, "/syscall")
	if stringslite.HasPrefix(text, "running") || stringslite.HasPrefix(text, "-1") {
		return hubKinWorks // by now, or it will as soon as it has a page
	}
	if !hubKin.calls {
		return hubKinRests
	}
	if text == "" || text[0] < '0' || text[0] > '9' {
		return hubKinDozes // the kernel does not tell
	}
	call, text := hubKinNumber(text, 10)
	var a [6]uint64
	for i := range a {
		text, _ = stringslite.CutPrefix(text, " 0x")
		a[i], text = hubKinNumber(text, 16)
	}
	switch call {
	case sysRead, sysReadv, sysWrite, sysWritev, sysPause, sysRtSigsuspend:
		return hubKinRests
	case sysWait4, sysWaitid:
		if hubKin.blind {
			return hubKinDozes
		}
		return hubKinRests
	case sysNanosleep:
		return hubKinSleeps(tid, a[0], -1, 1)
	case sysClockNanosleep:
		if a[1] == 0 {
			return hubKinSleeps(tid, a[2], -1, 1)
		}
		return hubKinSleeps(tid, a[2], int32(a[0]), 1) // TIMER_ABSTIME
	case sysPoll:
		return hubKinSleepsMS(a[2])
	case sysEpollWait, sysEpollPwait:
		return hubKinSleepsMS(a[3])
	case sysPpoll:
		return hubKinSleeps(tid, a[2], -1, 1)
	case sysEpollPwait2:
		return hubKinSleeps(tid, a[3], -1, 1)
	case sysSelect:
		return hubKinSleeps(tid, a[4], -1, 1000)
	case sysPselect6:
		return hubKinSleeps(tid, a[4], -1, 1)
	case sysFutex:
		const private, realtime = 128, 256
		switch a[1] &^ (private | realtime) {
		case 0: // FUTEX_WAIT
			return hubKinSleeps(tid, a[3], -1, 1)
		case 9: // FUTEX_WAIT_BITSET: until
			clock := int32(1) // CLOCK_MONOTONIC
			if a[1]&realtime != 0 {
				clock = 0
			}
			return hubKinSleeps(tid, a[3], clock, 1)
		}
	}
	return hubKinDozes
}

// hubKinSleepsMS is hubKinSleeps for milliseconds.
func hubKinSleepsMS(ms uint64) hubKinState {
	if int32(ms) < 0 {
		return hubKinRests
	}
	return hubKinFor(int64(int32(ms)) * 1e6)
}

// hubKinSleeps returns what a thread does that waits for as long as the two words at an address in
// its memory say, or if clock is not negative until that time: seconds, and a number of so many
// nanoseconds. No address is for ever.
func hubKinSleeps(tid int32, at uint64, clock int32, unit int64) hubKinState {
	if at == 0 {
		return hubKinRests
	}
	var ts, now timespec
	local := [2]uintptr{uintptr(noescape(unsafe.Pointer(&ts))), unsafe.Sizeof(ts)}
	remote := [2]uintptr{uintptr(at), unsafe.Sizeof(ts)}
	n, errno := hubCall(sysProcessVMReadv, uintptr(tid), uintptr(noescape(unsafe.Pointer(&local))), 1, uintptr(noescape(unsafe.Pointer(&remote))), 1)
	if errno != 0 || n != unsafe.Sizeof(ts) {
		return hubKinDozes
	}
	if clock >= 0 {
		if _, errno := hubCall(sysClockGettime, uintptr(clock), uintptr(noescape(unsafe.Pointer(&now)))); errno != 0 {
			return hubKinDozes
		}
	}
	seconds := int64(ts.tv_sec) - int64(now.tv_sec)
	if seconds >= hubChildSleep/1e9 {
		return hubKinRests
	}
	return hubKinFor(seconds*1e9 + int64(ts.tv_nsec)*unit - int64(now.tv_nsec))
}

// hubKinFor returns what a thread does that sleeps for so many nanoseconds.
func hubKinFor(ns int64) hubKinState {
	switch {
	case ns >= hubChildSleep:
		return hubKinRests
	case ns >= hubChildNap:
		return hubKinDozes
	}
	return hubKinNaps
}

// hubKinOutside reports whether a process may hear from somebody else.
func hubKinOutside(pid int32) bool {
	k := &hubKin
	folder, errno := hubKinOpen(pid, "/fd", 0, "")
	if errno != 0 {
		return true
	}
	outside := false
	for {
		n, errno := hubCall(sysGetdents64, folder, uintptr(unsafe.Pointer(&k.files)), uintptr(len(k.files)))
		if errno != 0 || n == 0 {
			break
		}
		for at := uintptr(0); at < n; {
			fd, size := hubKinEntry(&k.files, at)
			at += size
			if fd >= 0 {
				hubKinPath(pid, "/fd/", fd, "")
				outside = outside || !hubKinPlain(hubKinLink())
			}
		}
	}
	closefd(int32(folder))
	return outside
}

// hubKinPlain reports whether what the link of a descriptor names is a file, a pipe or a
// descriptor that polls.
func hubKinPlain(link string) bool {
	switch link {
	case "", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "anon_inode:[eventfd]", "anon_inode:[eventpoll]", "anon_inode:[pidfd]":
		return true // or closed meanwhile
	}
	return stringslite.HasPrefix(link, "pipe:") || link[0] == '/' && !hubRealBelow(link, "/dev")
}

// hubKinDescriptor reports whether a descriptor of this process is one that children are at the
// other end of, for all that is known.
func hubKinDescriptor(fd uintptr) bool {
	if fd <= 2 {
		return false
	}
	k := &hubKin
	n := copy(k.path[:], "/proc/self/fd/")
	n += hubKinDigits(k.path[n:], int32(fd))
	k.path[n] = 0
	link := hubKinLink()
	return link == "anon_inode:[pidfd]" || stringslite.HasPrefix(link, "pipe:")
}

// hubKinLink reads the link whose path is hubKin's.
func hubKinLink() string {
	k := &hubKin
	n, errno := hubCall(sysReadlinkat, atFdcwd, uintptr(unsafe.Pointer(&k.path)), uintptr(unsafe.Pointer(&k.text)), uintptr(len(k.text)-1))
	if errno != 0 {
		return ""
	}
	k.text[n] = 0
	return gostringnocopy(&k.text[0])
}

// hubKinRead reads a file of a process; "" if it is gone.
func hubKinRead(pid int32, kind string, number int32, name string) string {
	fd, errno := hubKinOpen(pid, kind, number, name)
	if errno != 0 {
		return ""
	}
	return hubKinText(fd)
}

// hubKinText reads what a file has, and closes it.
func hubKinText(fd uintptr) string {
	k := &hubKin
	n := int32(0)
	for most := int32(len(k.text)) - 1; n < most; {
		got := read(int32(fd), unsafe.Pointer(&k.text[n]), most-n)
		if got <= 0 {
			break
		}
		n += got
	}
	closefd(int32(fd))
	k.text[n] = 0
	return gostringnocopy(&k.text[0])
}

// hubKinOpen opens a file or folder of a process.
func hubKinOpen(pid int32, kind string, number int32, name string) (fd, errno uintptr) {
	hubKinPath(pid, kind, number, name)
	return hubCall(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(&hubKin.path)), 0x80000, 0) // O_RDONLY, O_CLOEXEC
}

// hubKinPath makes a path of it, with a number behind its kind if that ends with a slash.
func hubKinPath(pid int32, kind string, number int32, name string) {
	p := hubKin.path[:]
	n := copy(p, "/proc/")
	n += hubKinDigits(p[n:], pid)
	n += copy(p[n:], kind)
	if kind[len(kind)-1] == '/' {
		n += hubKinDigits(p[n:], number)
	}
	n += copy(p[n:], name)
	p[n] = 0
}

func hubKinDigits(to []byte, n int32) int {
	var digits [20]byte
	return copy(to, itoa(digits[:], uint64(n)))
}

// hubKinNumber reads a number at the beginning of a text.
func hubKinNumber(text string, base uint64) (n uint64, rest string) {
	for i := range len(text) {
		c := uint64(text[i])
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case base == 16 && 'a' <= c && c <= 'f':
			c -= 'a' - 10
		default:
			return n, text[i:]
		}
		n = n*base + c
	}
	return n, ""
}
