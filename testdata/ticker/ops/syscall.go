package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// rawPipe returns a pipe in blocking mode.
func rawPipe(t *T) (r, w int) {
	var p [2]int
	must(syscall.Pipe2(p[:], syscall.O_CLOEXEC))
	t.Defer(func() { syscall.Close(p[0]); syscall.Close(p[1]) })
	return p[0], p[1]
}

func rawPair(t *T, kind int) (a, b int) {
	p := must1(syscall.Socketpair(syscall.AF_UNIX, kind|syscall.SOCK_CLOEXEC, 0))
	t.Defer(func() { syscall.Close(p[0]); syscall.Close(p[1]) })
	return p[0], p[1]
}

func locked(t *T) (f, other *os.File) {
	name := filepath.Join(scratch(t), "lock")
	f = must1(os.Create(name))
	other = must1(os.OpenFile(name, os.O_RDWR, 0))
	t.Defer(func() { f.Close(); other.Close() })
	return f, other
}

const (
	fSetLkOFD  = 37 // F_OFD_SETLK, F_OFD_SETLKW: linux/fcntl.h
	fSetLkwOFD = 38
)

// syscallOps wait in the kernel, where Go's poller cannot see them.
var syscallOps = []op{
	{"syscall.Read", func(t *T) {
		r, w := rawPipe(t)
		t.After(func() { syscall.Write(w, []byte("x")) })
		t.Call(func() { must1(syscall.Read(r, make([]byte, 1))) })
	}},
	{"syscall.Write", func(t *T) {
		r, w := rawPipe(t)
		must(syscall.SetNonblock(w, true))
		for {
			if _, err := syscall.Write(w, make([]byte, 4096)); err != nil {
				break
			}
		}
		must(syscall.SetNonblock(w, false))
		t.After(func() { syscall.Read(r, make([]byte, 1<<16)) })
		t.Call(func() { must1(syscall.Write(w, make([]byte, 4096))) })
	}},
	{"syscall.Nanosleep", func(t *T) {
		ts := syscall.NsecToTimespec(int64(pause))
		t.Call(func() { must(syscall.Nanosleep(&ts, nil)) })
	}},
	{"syscall.Select", func(t *T) {
		tv := syscall.NsecToTimeval(int64(pause))
		t.Call(func() { must1(syscall.Select(0, nil, nil, nil, &tv)) })
	}},
	{"syscall.EpollWait", func(t *T) {
		fd := must1(syscall.EpollCreate1(syscall.EPOLL_CLOEXEC))
		t.Defer(func() { syscall.Close(fd) })
		t.Call(func() { syscall.EpollWait(fd, make([]syscall.EpollEvent, 1), int(pause.Milliseconds())) })
	}},
	{"syscall.Recvfrom", func(t *T) {
		a, b := rawPair(t, syscall.SOCK_DGRAM)
		t.After(func() { syscall.Write(b, []byte("x")) })
		t.Call(func() { _, _, err := syscall.Recvfrom(a, make([]byte, 1), 0); must(err) })
	}},
	{"syscall.Recvmsg", func(t *T) {
		a, b := rawPair(t, syscall.SOCK_DGRAM)
		t.After(func() { syscall.Write(b, []byte("x")) })
		t.Call(func() { _, _, _, _, err := syscall.Recvmsg(a, make([]byte, 1), nil, 0); must(err) })
	}},
	{"syscall.Accept4", func(t *T) {
		fd := must1(syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0))
		t.Defer(func() { syscall.Close(fd) })
		addr := &syscall.SockaddrUnix{Name: filepath.Join(scratch(t), "s")}
		must(syscall.Bind(fd, addr))
		must(syscall.Listen(fd, 1))
		t.After(func() {
			c := must1(syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0))
			syscall.Connect(c, addr)
			syscall.Close(c)
		})
		t.Call(func() { c, _, err := syscall.Accept4(fd, syscall.SOCK_CLOEXEC); must(err); syscall.Close(c) })
	}},
	{"syscall.Flock", func(t *T) {
		f, other := locked(t)
		must(syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
		t.After(func() { syscall.Flock(int(f.Fd()), syscall.LOCK_UN) })
		t.Call(func() { must(syscall.Flock(int(other.Fd()), syscall.LOCK_EX)) })
	}},
	{"syscall.FcntlFlock", func(t *T) {
		f, other := locked(t)
		must(syscall.FcntlFlock(f.Fd(), fSetLkOFD, &syscall.Flock_t{Type: syscall.F_WRLCK}))
		t.After(func() { syscall.FcntlFlock(f.Fd(), fSetLkOFD, &syscall.Flock_t{Type: syscall.F_UNLCK}) })
		t.Call(func() { must(syscall.FcntlFlock(other.Fd(), fSetLkwOFD, &syscall.Flock_t{Type: syscall.F_WRLCK})) })
	}},
	{"syscall.Syscall", func(t *T) {
		t.Call(func() { nanosleep(syscall.Syscall) })
	}},
	{"syscall.RawSyscall", func(t *T) {
		t.Call(func() { nanosleep(syscall.RawSyscall) })
	}},
}
