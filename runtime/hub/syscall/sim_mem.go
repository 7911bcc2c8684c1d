//go:build greenify_hub && greenify_sim

package syscall

import "unsafe"

// Memory: the caller's, and queues of bytes that a socket or pipe has.
//
// The arguments of a call may be addresses on the stack of the caller, as numbers, and
// the stack may move as soon as a function here needs more of it. So they are taken for
// distances from its end, and made addresses again for each use (simCall.at).

//go:linkname simMove runtime.memmove
//go:noescape
func simMove(to, from unsafe.Pointer, n uintptr)

// where returns where an address of the caller's is now.
//
//go:norace
func (c *simCall) where(p uintptr) uintptr {
	if c.lo <= p && p < c.hi {
		_, hi := hubNetStack()
		return hi - (c.hi - p)
	}
	return p
}

// at returns what is at an address of the caller's, for use at once.
//
//go:norace
//go:nocheckptr
func (c *simCall) at(p uintptr) unsafe.Pointer {
	p = c.where(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}

// simPointer is the pointer that a number is: of what it points to, somebody else knows.
//
//go:norace
//go:nocheckptr
func simPointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// A simMem is memory of the caller's: some bytes, or what an array of Iovec has, or a
// Msghdr.
type simMem struct {
	at, vec, msg uintptr
	n            int // of bytes, or Iovecs
}

// part returns part i, for use at once; false behind the last one.
//
//go:norace
func (m *simMem) part(c *simCall, i int) (p unsafe.Pointer, n int, ok bool) {
	var vec *Iovec
	switch {
	case m.msg != 0:
		h := (*Msghdr)(c.at(m.msg))
		if i >= int(h.Iovlen) {
			return nil, 0, false
		}
		vec = (*Iovec)(unsafe.Add(unsafe.Pointer(h.Iov), uintptr(i)*unsafe.Sizeof(*h.Iov)))
	case m.vec != 0:
		if i >= m.n {
			return nil, 0, false
		}
		vec = (*Iovec)(unsafe.Add(c.at(m.vec), uintptr(i)*unsafe.Sizeof(Iovec{})))
	default:
		return c.at(m.at), m.n, i == 0
	}
	return unsafe.Pointer(vec.Base), int(vec.Len), true
}

// size returns how many bytes there are.
//
//go:norace
func (m *simMem) size(c *simCall) (size int) {
	for i := 0; ; i++ {
		_, n, ok := m.part(c, i)
		if !ok {
			return size
		}
		size += n
	}
}

// rest returns part i without what is in front of an offset, of which done is where the
// part begins. Of the next one it is that, too.
//
//go:norace
func (m *simMem) rest(c *simCall, i int, done *int, offset int) (p unsafe.Pointer, n int, ok bool) {
	p, n, ok = m.part(c, i)
	if !ok {
		return nil, 0, false
	}
	skip := max(0, min(offset-*done, n))
	*done += n
	return unsafe.Add(p, skip), n - skip, true
}

// gather returns a copy of all n bytes.
//
//go:norace
func (m *simMem) gather(c *simCall, n int) []byte {
	if n == 0 {
		return nil
	}
	data := make([]byte, n)
	done := 0
	for i := 0; ; i++ {
		p, size, ok := m.part(c, i)
		if !ok {
			return data
		}
		if size > 0 {
			simMove(unsafe.Pointer(&data[done]), p, uintptr(size))
			done += size
		}
	}
}

// scatter copies as much of data to the memory as fits, and returns how much that is.
//
//go:norace
func (m *simMem) scatter(c *simCall, data []byte) (done int) {
	for i := 0; ; i++ {
		p, size, ok := m.part(c, i)
		if !ok {
			return done
		}
		if size = min(size, len(data)-done); size > 0 {
			simMove(p, unsafe.Pointer(&data[done]), uintptr(size))
			done += size
		}
	}
}

// A simBuf is a queue of bytes.
type simBuf struct {
	b    []byte
	r, n int // the first byte, and how many
}

// put appends n bytes.
//
//go:norace
func (q *simBuf) put(p unsafe.Pointer, n int) {
	if n == 0 {
		return
	}
	if q.r+q.n+n > len(q.b) {
		to := q.b
		if q.n+n > len(q.b) || q.r < len(q.b)/2 {
			to = make([]byte, max(2*len(q.b), q.n+n, 512))
		}
		if q.n > 0 {
			simMove(unsafe.Pointer(&to[0]), unsafe.Pointer(&q.b[q.r]), uintptr(q.n))
		}
		q.b, q.r = to, 0
	}
	simMove(unsafe.Pointer(&q.b[q.r+q.n]), p, uintptr(n))
	q.n += n
}

// get copies the bytes from offset on to memory, as many as fit, and returns how many.
//
//go:norace
func (q *simBuf) get(p unsafe.Pointer, n, offset int) int {
	n = min(n, q.n-offset)
	if n <= 0 {
		return 0
	}
	simMove(p, unsafe.Pointer(&q.b[q.r+offset]), uintptr(n))
	return n
}

// drop removes n bytes.
//
//go:norace
func (q *simBuf) drop(n int) {
	q.r += n
	if q.n -= n; q.n == 0 {
		q.r = 0
		if len(q.b) > 64<<10 {
			q.b = nil
		}
	}
}
