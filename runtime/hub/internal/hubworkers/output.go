//go:build greenify_hub

package hubworkers

import (
	"bytes"
	"os"
	"sync"
)

// Workers write into pipes, and the parent writes what comes there to its own standard output
// and error, whole lines at a time, so that the lines of one worker do not cut those of
// another.

// longest is the length from which a line is written in pieces.
const longest = 64 << 10

// An output is standard output or error.
type output struct {
	file *os.File
	mu   sync.Mutex
	from *process // who wrote last; nil is the parent
	open bool     // and has not ended its line
}

// write writes what from has said. A line that somebody else has left open is ended first.
func (o *output) write(from *process, data []byte) {
	if len(data) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open && o.from != from {
		o.file.Write([]byte("\n"))
	}
	o.file.Write(data)
	o.from, o.open = from, data[len(data)-1] != '\n'
}

// copies makes the ends of the pipes for a worker, and has what comes out written.
func (p *parent) copies(w *process) (theirs [2]*os.File, err error) {
	var ours [2]*os.File
	for i := range ours {
		if ours[i], theirs[i], err = os.Pipe(); err != nil {
			if i > 0 {
				ours[0].Close()
				theirs[0].Close()
			}
			return theirs, err
		}
	}
	for i, o := range []*output{&p.out, &p.err} {
		p.copying.Go(func() {
			o.copy(w, ours[i])
			ours[i].Close()
		})
	}
	return theirs, nil
}

// copy writes what comes from a pipe until it is closed.
func (o *output) copy(w *process, from *os.File) {
	buf := make([]byte, longest)
	n := 0 // of a line that is not whole yet
	for {
		more, err := from.Read(buf[n:])
		n += more
		whole := bytes.LastIndexByte(buf[:n], '\n') + 1
		if err != nil || n == len(buf) {
			whole = n
		}
		o.write(w, buf[:whole])
		n = copy(buf, buf[whole:n])
		if err != nil {
			return
		}
	}
}
