//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Descriptors, and what can be asked of any.

//go:norace
func (w *simWorld) file(fd uintptr) *simSock {
	if i := fd - simBase; i < simFiles {
		return w.files[i]
	}
	return nil
}

// open makes a descriptor for s, the lowest from a number on.
//
//go:norace
func (w *simWorld) open(s *simSock, from uintptr, cloexec bool) (uintptr, Errno) {
	if from < simBase {
		from = simBase
	}
	for i := from - simBase; i < simFiles; i++ {
		if w.files[i] == nil {
			w.files[i], w.cloe[i] = s, cloexec
			hubNetFiles[i].real = 0
			s.fds = append(s.fds, i)
			return simBase + i, 0
		}
	}
	return 0, EMFILE
}

//go:norace
func (w *simWorld) close(fd uintptr) {
	i := fd - simBase
	s := w.files[i]
	w.files[i] = nil
	for k, f := range s.fds {
		if f == i {
			s.fds[k] = s.fds[len(s.fds)-1]
			s.fds = s.fds[:len(s.fds)-1]
			break
		}
	}
	if len(s.fds) == 0 {
		w.release(s)
	}
}

//go:norace
func (w *simWorld) dup3(c *simCall, s *simSock) (uintptr, Errno) {
	to := c.a[2]
	if to == c.a[1] {
		return 0, EINVAL
	}
	if to-simBase >= simFiles {
		// It is to be known by a number of the kernel's, such as 1.
		if err := s.leave(); err != 0 {
			return 0, err
		}
		fd, _ := simReal(c.a[1])
		fd, _, err := linux.Syscall6(SYS_DUP3, fd, to, c.a[3], 0, 0, 0)
		return fd, Errno(err)
	}
	if o := w.files[to-simBase]; o == simGone {
		return 0, EBUSY
	} else if o != nil {
		w.close(to)
	}
	return w.open(s, to, c.a[3]&O_CLOEXEC != 0)
}

//go:norace
func (w *simWorld) fcntl(s *simSock, fd, cmd, arg uintptr) (uintptr, Errno) {
	switch cmd {
	case F_DUPFD:
		return w.open(s, arg, false)
	case F_DUPFD_CLOEXEC:
		return w.open(s, arg, true)
	case F_GETFD:
		if w.cloe[fd-simBase] {
			return FD_CLOEXEC, 0
		}
		return 0, 0
	case F_SETFD:
		w.cloe[fd-simBase] = arg&FD_CLOEXEC != 0
		return 0, 0
	case F_GETFL:
		flags := uintptr(O_RDWR)
		switch s.kind {
		case simPipeRead:
			flags = O_RDONLY
		case simPipeWrite:
			flags = O_WRONLY
		}
		if s.nonblock {
			flags |= O_NONBLOCK
		}
		return flags, 0
	case F_SETFL:
		s.nonblock = arg&O_NONBLOCK != 0
		return 0, 0
	case simSetPipeSize, simGetPipeSize:
		if s.pipe == nil {
			return 0, EBADF
		}
		if cmd == simSetPipeSize {
			return s.pipe.resize(int(int32(arg)))
		}
		return uintptr(s.pipe.most * simPageSize), 0
	}
	return 0, EINVAL
}

const simSetPipeSize, simGetPipeSize = 1031, 1032 // F_SETPIPE_SZ, F_GETPIPE_SZ

//go:norace
func (s *simSock) ioctl(c *simCall) (uintptr, Errno) {
	const fionread, fionbio = 0x541b, 0x5421
	switch c.a[2] {
	case fionread:
		if s.state == simListening {
			return 0, EINVAL
		}
		n := s.in.n
		switch {
		case s.pipe != nil:
			n = s.pipe.in.n
		case len(s.msgs) > 0 && s.datagrams():
			n = len(s.msgs[0].data) // of the first one
		}
		*(*int32)(c.at(c.a[3])) = int32(n)
		return 0, 0
	case fionbio:
		s.nonblock = *(*int32)(c.at(c.a[3])) != 0
		return 0, 0
	}
	return 0, ENOTTY
}

//go:norace
func (s *simSock) stat(st *Stat_t) (uintptr, Errno) {
	*st = Stat_t{}
	st.Mode = S_IFSOCK | 0o777
	if s.pipe != nil {
		st.Mode = S_IFIFO | 0o600
	}
	st.Ino = s.number
	st.Nlink = 1
	st.Blksize = 4096
	return 0, 0
}

// sendfile sends from a file of the kernel's, if that is one that nobody waits for.
//
//go:norace
func (w *simWorld) sendfile(c *simCall) (uintptr, Errno) {
	s := w.file(c.a[1])
	if s == nil || !s.stream() || c.a[2] >= simBase {
		return 0, EINVAL // the caller copies
	}
	st := new(Stat_t)
	if _, _, err := linux.Syscall6(SYS_FSTAT, c.a[2], uintptr(unsafe.Pointer(st)), 0, 0, 0, 0); err != 0 {
		return 0, Errno(err)
	}
	if st.Mode&S_IFMT != S_IFREG {
		return 0, EINVAL
	}
	if c.a[3] == 0 {
		return s.sendFrom(c, SYS_READ, c.a[2], c.a[4], 0)
	}
	n, err := s.sendFrom(c, SYS_PREAD64, c.a[2], c.a[4], uintptr(*(*int64)(c.at(c.a[3]))))
	if err == 0 {
		*(*int64)(c.at(c.a[3])) += int64(n)
	}
	return n, err
}

//go:norace
func (s *simSock) stream() bool { return s != simGone && (s.kind == simTCP || s.kind == simUnix) }

// sendFrom sends up to n bytes that a call reads from a file. No more is read than there
// is room for.
//
//go:norace
func (s *simSock) sendFrom(c *simCall, call, fd, n, offset uintptr) (uintptr, Errno) {
	hubNetAt(unsafe.Pointer(s))
	for s.state == simOpen && !s.wshut && s.err == 0 && s.space() == 0 {
		s.peer.short = true
		if err := s.wait(c, SO_SNDTIMEO, 0); err != 0 {
			return 0, err
		}
	}
	room := simBuffer
	if s.state == simOpen {
		room = max(1, s.space())
	}
	part := make([]byte, min(room, 64<<10, int(n)))
	got, _, err := linux.Syscall6(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(part))), uintptr(len(part)), offset, 0, 0)
	if err != 0 || got == 0 {
		return got, Errno(err)
	}
	return s.send(c, simMem{at: uintptr(unsafe.Pointer(unsafe.SliceData(part))), n: int(got)}, MSG_DONTWAIT)
}

// simGone stands for a socket of the kernel's, and keeps its simulated number.
var simGone = new(simSock)
