//go:build greenify_hub

package hubworkers

import (
	"internal/poll"
	"internal/strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// self is this worker, if the process is one.
var self worker

type worker struct {
	conn   *conn
	ending atomic.Bool

	mu        sync.Mutex
	last      int // of asks
	asks      map[int]*ask
	listeners map[*Listener]bool
	serving   map[*func()]bool
}

// Worker reports whether the process is a worker.
func Worker() bool { return self.conn != nil }

// Ending reports whether the worker is to end, and does so by itself.
func Ending() bool { return self.ending.Load() }

// Ask asks the parent for the socket for an address. It returns -1 if there is none; first
// says that none of the workers has one. It fails if this worker listens there already.
func Ask(key string) (fd int, first bool, err error) {
	w := &self
	a := &ask{key: key, answer: make(chan granted, 1)}
	w.mu.Lock()
	for l := range w.listeners {
		if l.key == key {
			w.mu.Unlock()
			return -1, false, syscall.EADDRINUSE
		}
	}
	if w.asks == nil {
		w.asks = map[int]*ask{}
	}
	w.last++
	id := w.last
	w.asks[id] = a
	w.mu.Unlock()
	defer a.end()
	w.conn.send("ask "+strconv.Itoa(id)+" "+key, -1)
	g := <-a.answer
	a.taken = true
	return g.fd, g.first, nil
}

// An ask waits for an answer.
type ask struct {
	key    string
	answer chan granted
	taken  bool
	gone   bool // nobody waits; guarded by the worker's mu
}

// granted is the parent's answer to an ask.
type granted struct {
	fd    int
	first bool
}

// end gives back what was granted if the thread that has asked is killed meanwhile.
func (a *ask) end() {
	if a.taken {
		return
	}
	self.mu.Lock()
	a.gone = true
	self.mu.Unlock()
	select {
	case g := <-a.answer:
		a.giveBack(g)
	default:
	}
}

func (a *ask) giveBack(g granted) {
	if g.fd < 0 {
		Failed(a.key)
		return
	}
	syscall.Close(g.fd)
	self.conn.send("closed "+a.key, -1)
}

// Made tells the parent of a socket that was asked for.
func Made(key string, fd int) { self.conn.send("made "+key, fd) }

// Failed tells it that there is none.
func Failed(key string) { self.conn.send("failed "+key, -1) }

// Note tells it what the program does that workers cannot share.
func Note(kind, what string) { self.conn.send("note "+kind+" "+what, -1) }

// A Listener is one of the worker's.
type Listener struct {
	key  string // "" if no other worker has anything of it
	shut func()
}

// Listen adds a listener; shut ends it for its clients.
func Listen(key string, shut func()) *Listener {
	l := &Listener{key, shut}
	self.mu.Lock()
	if self.listeners == nil {
		self.listeners = map[*Listener]bool{}
	}
	self.listeners[l] = true
	self.mu.Unlock()
	return l
}

// Closed says that the program has closed it.
func (l *Listener) Closed() {
	self.mu.Lock()
	delete(self.listeners, l)
	self.mu.Unlock()
	if l.key != "" {
		self.conn.send("closed "+l.key, -1)
	}
}

// Serving has end called if the worker is to end before the function that it returns is
// called.
func Serving(end func()) (done func()) {
	w := &self
	if w.conn == nil {
		return func() {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending.Load() {
		go end()
		return func() {}
	}
	if w.serving == nil {
		w.serving = map[*func()]bool{}
	}
	w.serving[&end] = true
	return func() {
		w.mu.Lock()
		delete(w.serving, &end)
		w.mu.Unlock()
	}
}

// serve does what the parent says. It is a goroutine beside the hub.
func (w *worker) serve() {
	for {
		message, fd, ok := w.conn.receive()
		if !ok {
			break
		}
		word, rest := cut(message)
		n, _ := strconv.Atoi(rest)
		switch word {
		case "have", "first", "make":
			w.grant(n, granted{fd, word == "first"})
		case "stop", "end":
			w.end(syscall.Signal(n), word == "end")
		}
	}
	// The parent was killed. Nobody else watches this process now.
	_, _, drain, _, _, _, _, _ := config()
	w.end(syscall.SIGTERM, true)
	time.Sleep(time.Duration(drain))
	syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
}

// grant answers an ask.
func (w *worker) grant(id int, g granted) {
	w.mu.Lock()
	a := w.asks[id]
	delete(w.asks, id)
	gone := a.gone
	if !gone {
		a.answer <- g
	}
	w.mu.Unlock()
	if gone {
		a.giveBack(g)
	}
}

// end ends the process by a signal, or has the program do it; last says that no worker comes
// after it. SIGQUIT is for package runtime, which prints all stacks.
func (w *worker) end(sig syscall.Signal, last bool) {
	if sig == syscall.SIGQUIT || takes(uint32(sig)) {
		syscall.Kill(syscall.Getpid(), sig)
		return
	}
	w.mu.Lock()
	began := w.ending.Swap(true)
	w.mu.Unlock()
	if !began {
		go w.drain(sig, last) // a green thread, as what it calls is the program's
	}
}

func (w *worker) drain(sig syscall.Signal, last bool) {
	poll.HubConns.Stopped.Store(true)
	w.mu.Lock()
	for l := range w.listeners {
		if last || l.key == "" {
			l.shut()
		}
	}
	for end := range w.serving {
		go (*end)()
	}
	w.mu.Unlock()
	for wait := time.Millisecond; poll.HubConns.Open.Load() != 0; wait = min(2*wait, 50*time.Millisecond) {
		time.Sleep(wait)
	}
	die(uint32(sig))
}
