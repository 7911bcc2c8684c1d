//go:build greenify_hub

package hubworkers

import (
	"strconv"
	"strings"
)

// stats are the sums of what workers say at their ends. One that is killed says nothing.
type stats struct {
	places map[int]*counts // of all workers that a place has had
}

// counts are those of the hub's statistics, in their order.
type counts [7]uint64

var countNames = [7]string{"threads", "peak", "switches", "yields", "rescued", "preempted", "mthreads"}

// most says which of them cannot be summed: the largest one counts.
var most = [7]bool{1: true, 6: true}

func (c *counts) add(d *counts) {
	for i, n := range d {
		if most[i] {
			c[i] = max(c[i], n)
		} else {
			c[i] += n
		}
	}
}

func (c *counts) String() string {
	var b strings.Builder
	for i, n := range c {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(countNames[i] + "=" + strconv.FormatUint(n, 10))
	}
	return b.String()
}

// add adds what a worker of a place has said.
func (s *stats) add(place int, text string) {
	var c counts
	for i := range c {
		var word string
		word, text = cut(text)
		c[i], _ = strconv.ParseUint(word, 10, 64)
	}
	if s.places == nil {
		s.places = map[int]*counts{}
	}
	if s.places[place] == nil {
		s.places[place] = &counts{}
	}
	s.places[place].add(&c)
}

// print prints a line for each place, and the sums.
func (s *stats) print(p *parent) {
	var sum counts
	for _, l := range p.places {
		if c := s.places[l.number]; c != nil {
			p.say("worker " + strconv.Itoa(l.number) + ": " + c.String())
			sum.add(c)
		}
	}
	text := sum.String() + " workers=" + strconv.Itoa(p.count) + " started=" + strconv.Itoa(p.starts) + " restarted=" + strconv.Itoa(p.restarts)
	for _, kind := range []string{"port0", "udp", "unix"} {
		text += " " + kind + "=" + strconv.Itoa(p.noted[kind])
	}
	p.say(text)
}
