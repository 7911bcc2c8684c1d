//go:build greenify_hub && greenify_sim

package syscall

// Pipes. Linux has a pipe of pages, and how much it holds depends on how it was filled: what a
// call writes shares a page with what is there only if its last part fits (fs/pipe.c).

// A simPipe is what both ends have.
type simPipe struct {
	in    simBuf
	pages []simPage
	most  int // pages
}

// A simPage has bytes of the pipe, in front of which others were.
type simPage struct{ from, to int }

const (
	simPageSize  = 4096
	simPipePages = 16
	simPipeMost  = 1 << 20 // fs.pipe-max-size
)

// pipeCall answers a call that only pipes answer in their way.
//
//go:norace
func (s *simSock) pipeCall(c *simCall) (n uintptr, err Errno, done bool) {
	a := &c.a
	switch a[0] {
	case SYS_READ:
		n, err = s.pipeRead(c, simMem{at: a[2], n: int(a[3])})
	case SYS_READV:
		n, err = s.pipeRead(c, simMem{vec: a[2], n: int(a[3])})
	case SYS_WRITE:
		n, err = s.pipeWrite(c, simMem{at: a[2], n: int(a[3])})
	case SYS_WRITEV:
		n, err = s.pipeWrite(c, simMem{vec: a[2], n: int(a[3])})
	case SYS_BIND, SYS_CONNECT, SYS_LISTEN, SYS_ACCEPT, SYS_ACCEPT4, SYS_SENDTO, SYS_RECVFROM, SYS_SENDMSG, hubSendmmsg, SYS_RECVMSG,
		SYS_RECVMMSG, SYS_SHUTDOWN, SYS_GETSOCKNAME, SYS_GETPEERNAME, SYS_GETSOCKOPT, SYS_SETSOCKOPT:
		err = ENOTSOCK
	default:
		return 0, 0, false
	}
	return n, err, true
}

//go:norace
func (s *simSock) pipeRead(c *simCall, m simMem) (uintptr, Errno) {
	if s.kind == simPipeWrite {
		return 0, EBADF
	}
	size := m.size(c)
	for size > 0 {
		q := s.pipe
		if q.in.n > 0 {
			total, done := 0, 0
			for i := 0; ; i++ {
				p, n, ok := m.rest(c, i, &done, 0)
				if !ok {
					break
				}
				total += q.in.get(p, n, total)
			}
			q.drop(total)
			if s.peer != nil {
				s.peer.wake('w')
			}
			return uintptr(total), 0
		}
		if s.peer == nil {
			return 0, 0
		}
		if err := s.wait(c, SO_RCVTIMEO, 0); err != 0 {
			return 0, err
		}
	}
	return 0, 0
}

//go:norace
func (s *simSock) pipeWrite(c *simCall, m simMem) (uintptr, Errno) {
	if s.kind == simPipeRead {
		return 0, EBADF
	}
	total, size := 0, m.size(c)
	for total < size {
		if s.peer == nil {
			if total == 0 {
				hubSimRaises(SIGPIPE)
				return 0, EPIPE
			}
			break
		}
		q := s.pipe
		sent, done := 0, 0
		room := q.room(size, total)
		for i := 0; ; i++ {
			p, n, ok := m.rest(c, i, &done, total)
			if !ok {
				break
			}
			if n = min(n, room-sent); n > 0 {
				q.in.put(p, n)
				sent += n
			}
		}
		if total += sent; sent > 0 {
			s.peer.wake('r')
		}
		if total == size {
			break
		}
		if err := s.wait(c, SO_SNDTIMEO, 0); err != 0 {
			if total == 0 {
				return 0, err
			}
			break
		}
	}
	return uintptr(total), 0
}

// room gives a call that writes size bytes, some of which it has written, pages for the rest.
// It returns for how many bytes there are.
//
//go:norace
func (q *simPipe) room(size, written int) (room int) {
	rest := size - written
	if part := size % simPageSize; written == 0 && part > 0 && len(q.pages) > 0 {
		if last := &q.pages[len(q.pages)-1]; last.to+part <= simPageSize {
			last.to += part
			room = part
		}
	}
	for room < rest && len(q.pages) < q.most {
		n := min(simPageSize, rest-room)
		q.pages = append(q.pages, simPage{0, n})
		room += n
	}
	return room
}

// drop removes n bytes that were read.
//
//go:norace
func (q *simPipe) drop(n int) {
	q.in.drop(n)
	for n > 0 {
		p := &q.pages[0]
		k := min(n, p.to-p.from)
		n -= k
		if p.from += k; p.from == p.to {
			q.pages = q.pages[1:]
		}
	}
}

// resize gives the pipe room for some bytes, and returns for how many.
//
//go:norace
func (q *simPipe) resize(n int) (uintptr, Errno) {
	if n < 0 || n > simPipeMost {
		return 0, EPERM
	}
	pages := 1
	for pages*simPageSize < n {
		pages *= 2
	}
	if pages < len(q.pages) {
		return 0, EBUSY
	}
	q.most = pages
	return uintptr(pages * simPageSize), 0
}

//go:norace
func (w *simWorld) pipe2(c *simCall) (uintptr, Errno) {
	s, t := w.newPair(simPipeRead, simPipeWrite, 0)
	s.pipe = &simPipe{most: simPipePages}
	t.pipe = s.pipe
	s.nonblock = c.a[2]&O_NONBLOCK != 0
	t.nonblock = s.nonblock
	return w.openBoth(c, c.a[1], s, t, c.a[2]&O_CLOEXEC != 0)
}

// releasePipe closes an end. What is in the pipe stays.
//
//go:norace
func (s *simSock) releasePipe() {
	peer := s.peer
	s.state, s.peer = simClosed, nil
	if peer != nil {
		peer.peer = nil
		peer.wake('r' + 'w')
	}
}

// readyPipe returns what poll says of an end.
//
//go:norace
func (s *simSock) readyPipe() (events int16) {
	if s.kind == simPipeRead {
		if len(s.pipe.pages) > 0 {
			events |= simPollIn
		}
		if s.peer == nil {
			events |= simPollHup
		}
		return events
	}
	if len(s.pipe.pages) < s.pipe.most {
		events |= simPollOut
	}
	if s.peer == nil {
		events |= simPollErr
	}
	return events
}
