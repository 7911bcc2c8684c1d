//go:build greenify_hub

package hubworkers

import (
	"strconv"
	"syscall"
)

// A roll is a rolling restart: SIGHUP. Place by place a new worker is started, and once it is
// up the old one is told to end. Connections that are made meanwhile wait in the place's
// sockets for whoever accepts first, the old one or the new one, so none is lost. One that
// does not come up ends the restart, and the old one stays.
type roll struct {
	place int // index
}

func (p *parent) beginRoll() {
	switch {
	case p.ending:
	case p.rolling != nil || !p.ready:
		p.again = true // what the signal is for may have come too late for the first ones
	default:
		p.notify("RELOADING=1\nMONOTONIC_USEC=" + strconv.FormatInt(nano()/1e3, 10))
		p.rolling = &roll{}
		p.rollOn()
	}
}

// rollOn starts the new worker of the next place.
func (p *parent) rollOn() {
	r := p.rolling
	for ; r.place < len(p.places); r.place++ {
		l := p.places[r.place]
		if l.now == nil {
			continue // it is started again anyway
		}
		w, err := p.launch(l)
		if err != nil {
			p.say("worker " + strconv.Itoa(l.number) + " cannot be started: " + err.Error() + ": the old one stays")
			p.endRoll()
			return
		}
		l.next = w
		for key := range l.now.listens {
			w.wants[key] = true
		}
		p.after(patience, func() {
			if l.next == w {
				l.next, w.stopped = nil, true
				w.os.Kill()
				p.rollFails(w, "it does not listen where the old one does after "+patience.String())
			}
		})
		p.after(young, func() { p.look(w) })
		return
	}
	p.endRoll()
}

// rolled gives the place to a worker that is up, if a rolling restart has waited for it. If
// the old one was killed meanwhile, that has the place already.
func (p *parent) rolled(w *process) {
	r, l := p.rolling, w.place
	if r == nil || p.places[r.place] != l || l.next != nil && l.next != w {
		return
	}
	if w == l.next {
		old := l.now
		l.now, l.next = w, nil
		old.stopped = true
		old.conn.send("stop "+strconv.Itoa(int(syscall.SIGTERM)), -1)
		p.after(p.drain, func() { p.killProcess(old, p.late()) })
	}
	r.place++
	p.rollOn()
}

func (p *parent) rollFails(w *process, why string) {
	p.say(w.name() + " does not come up: " + why + ": the old one stays")
	p.endRoll()
}

func (p *parent) endRoll() {
	p.rolling = nil
	p.notify("READY=1")
	p.rollAgain()
}

// rollAgain does what a signal has asked for in the meantime.
func (p *parent) rollAgain() {
	if p.again {
		p.again = false
		p.beginRoll()
	}
}
