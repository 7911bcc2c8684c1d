package main

import "syscall"

const setSize, getSize = 1031, 1032 // F_SETPIPE_SZ, F_GETPIPE_SZ

// pipeStep makes a call on an end of a pipe.
func (p *program) pipeStep() {
	if len(p.socks) == 0 {
		p.ends()
		return
	}
	i := p.rng.Intn(len(p.socks))
	if p.rng.Intn(2) == 0 {
		i = len(p.socks) - 1 // most often one that can be written to
	}
	s := p.socks[i]
	switch op := p.rng.Intn(40); op {
	default:
		p.write(s)
	case 10, 11, 12:
		p.writev(s)
	case 13, 14, 15, 16, 17, 18, 19:
		p.read(p.socks[0])
	case 20:
		p.read(s)
	case 21, 22:
		p.readv(p.socks[0])
	case 23, 24, 25:
		p.unread(s)
	case 26, 27, 28:
		p.poll(s)
	case 29:
		n, err := fcntl(s.fd, getSize, 0)
		p.say("F_GETPIPE_SZ", s, n, err)
	case 30:
		n, err := fcntl(s.fd, setSize, []int{0, 4096, 5000, 16384, 65536, 200000}[p.rng.Intn(6)])
		p.say("F_SETPIPE_SZ", s, n, err)
	case 31:
		n, err := fcntl(s.fd, syscall.F_GETFL, 0)
		p.say("F_GETFL", s, n, err)
	case 32:
		fd, err := syscall.Dup(s.fd)
		p.say("dup", s, "ok", err)
		if err == nil {
			p.add(fd, false, nil)
		}
	case 33:
		_, _, err := syscall.Recvfrom(s.fd, make([]byte, 1), 0)
		p.say("recvfrom", s, "ok", err)
	case 34:
		p.errno(s)
	case 35:
		_, err := syscall.Seek(s.fd, 0, 0)
		p.say("lseek", s, "ok", err)
	case 36:
		_, err := syscall.Pread(s.fd, make([]byte, 1), 0)
		p.say("pread", s, "ok", err)
	case 37:
		var st syscall.Stat_t
		err := syscall.Fstat(s.fd, &st)
		p.say("fstat", s, st.Mode, err)
	case 38:
		if p.rng.Intn(2) == 0 {
			p.close(i)
		}
	case 39:
		if len(p.socks) < 4 {
			p.ends()
		}
	}
}

func fcntl(fd, cmd, arg int) (int, error) {
	n, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), uintptr(cmd), uintptr(arg))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
