//go:build greenify_hub

package hubworkers

import (
	"os"
	"strconv"
	"syscall"
)

// An address is one at which workers listen.
type address struct {
	sockets map[int]*os.File  // of places, by number
	making  *process          // makes the first
	waiting []asking          // for the first
	more    map[*process]bool // make another one: while one does, none is the first
}

type asking struct {
	w  *process
	id string
}

// asked answers a worker that is to listen. While the first socket of an address is made, the
// others wait: whether it can be made is found out by one.
func (p *parent) asked(w *process, id, key string) {
	a := p.addresses[key]
	if a == nil {
		a = &address{sockets: map[int]*os.File{}, more: map[*process]bool{}}
		p.addresses[key] = a
	}
	switch s := a.sockets[w.place.number]; {
	case s != nil:
		w.listens[key] = true
		w.conn.send("have "+id, int(s.Fd()))
	case a.making != nil:
		a.waiting = append(a.waiting, asking{w, id})
	case len(a.sockets) == 0 && len(a.more) == 0:
		a.making = w
		w.conn.send("first "+id, -1)
	default:
		a.more[w] = true
		w.conn.send("make "+id, -1)
	}
}

// made takes the copy of a socket.
func (p *parent) made(w *process, key string, fd int) {
	w.listens[key] = true
	if a := p.addresses[key]; fd >= 0 && a != nil && w.place.holds(w) && !p.ending {
		if old := a.sockets[w.place.number]; old != nil {
			old.Close()
		}
		a.sockets[w.place.number] = os.NewFile(uintptr(fd), key)
	} else if fd >= 0 {
		syscall.Close(fd)
	}
	p.unmade(w, key)
}

// holds reports whether a process is, or is to be, the worker of the place.
func (l *place) holds(w *process) bool { return w == l.now || w == l.next }

// unmade says that a worker no longer makes a socket for an address; "" is any.
func (p *parent) unmade(w *process, key string) {
	for k, a := range p.addresses {
		if key != "" && key != k {
			continue
		}
		delete(a.more, w)
		if a.making != w {
			continue
		}
		a.making = nil
		list := a.waiting
		a.waiting = nil
		for _, ask := range list {
			if p.processes[ask.w] {
				p.asked(ask.w, ask.id, k)
			}
		}
	}
}

// closed drops the socket of a place when its worker has closed it, so that no connection
// comes to where nobody accepts. Another worker of the place may have it still.
func (p *parent) closed(w *process, key string) {
	delete(w.listens, key)
	l := w.place
	if !l.holds(w) || w.stopped || l.next == w && l.now != nil && l.now.listens[key] || l.now == w && l.next != nil && l.next.listens[key] {
		return
	}
	p.dropSocket(l, key)
}

// forget drops what a worker before this one has listened at and this one does not.
func (p *parent) forget(w *process) {
	if w.place.now != w {
		return
	}
	for key := range w.wants {
		if !w.listens[key] {
			delete(w.wants, key)
			p.dropSocket(w.place, key)
		}
	}
	p.look(w)
}

func (p *parent) dropSocket(l *place, key string) {
	if a := p.addresses[key]; a != nil && a.sockets[l.number] != nil {
		a.sockets[l.number].Close()
		delete(a.sockets, l.number)
	}
}

// drop drops all sockets: no worker comes to take them.
func (p *parent) drop() {
	for key := range p.addresses {
		for _, l := range p.places {
			p.dropSocket(l, key)
		}
	}
}

// What workers do that they cannot share.
var notes = map[string]string{
	"port0": "each worker has a port of its own there, which clients of the others do not know: use a fixed port, or listen only where green.Worker() is 1",
	"unix":  "a Unix socket is one worker's: listen only where green.Worker() is 1, or use TCP",
	"udp":   "one worker can have that UDP port: listen only where green.Worker() is 1",
}

// note says once of each kind what more than one worker does.
func (p *parent) note(w *process, text string) {
	kind, what := cut(text)
	if p.notes[kind] == nil {
		p.notes[kind] = map[int]bool{}
	}
	p.noted[kind]++
	if places := p.notes[kind]; !places[w.place.number] {
		if places[w.place.number] = true; len(places) == 2 {
			p.say(w.name() + " listens at " + strconv.Quote(what) + " as another one does: " + notes[kind] + "; see greenify help workers")
		}
	}
}
