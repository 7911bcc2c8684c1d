package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What GREENIFY=record=FILE leaves (runtime/hub/record.go), as the events of a trace.

const (
	recordMagic  = "greenify recording 1\n"
	recordEvents = 1 << 15
	recordText   = 256 << 10
)

type recordHead struct {
	Magic  [24]byte
	Events uint64
	Lines  uint32
	Text   uint32
	Ended  uint64
	_      [80]byte
}

type recordEvent struct {
	At     int64
	Thread uint64 // of bit 48 on the state
	By     uint64 // of bit 48 on the place
}

// recordStates are package runtime's states of a thread; of a wait, the place says the kind.
var recordStates = []string{"ended", "running", "ready", "waiting", "native"}

func isRecording(data []byte) bool { return bytes.HasPrefix(data, []byte(recordMagic)) }

// readRecording makes the events of a trace of a recording.
func readRecording(data []byte) ([]traceEvent, error) {
	var head recordHead
	r := bytes.NewReader(data)
	var ring [recordEvents]recordEvent
	text := make([]byte, recordText)
	if err := errors.Join(binary.Read(r, binary.LittleEndian, &head), binary.Read(r, binary.LittleEndian, &ring), binary.Read(r, binary.LittleEndian, &text)); err != nil || head.Text > recordText {
		return nil, errors.New("is not a whole recording: it was cut off, or is of another greenify")
	}
	type place struct{ what, at string }
	places := []place{{}}
	var out []traceEvent
	for line := range strings.Lines(string(text[:head.Text])) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			return nil, errors.New("is not a whole recording: a place cannot be read")
		}
		p := place{what: f[0]}
		if f[1] != "" {
			p.at = f[1] + ":" + f[2]
			stack := traceEvent{Ph: "M", Name: "stack"}
			stack.Args.ID, stack.Args.Frames = len(places), []string{f[3] + " " + p.at}
			out = append(out, stack)
		}
		places = append(places, p)
	}
	events := ring[:min(head.Events, recordEvents)]
	if head.Events > recordEvents {
		at := head.Events % recordEvents
		events = slices.Concat(ring[at:], ring[:at])
	}
	// Two threads of the system may write at the same time.
	slices.SortStableFunc(events, func(a, b recordEvent) int { return int(a.At - b.At) })
	type state struct {
		name  string
		at    int64
		place int // of a wait
		flow  uint64
		named bool
	}
	threads := map[uint64]*state{}
	us := func(ns int64) float64 { return float64(ns) / 1e3 }
	slice := func(thread uint64, s *state, until int64) {
		if s.name != "" {
			e := traceEvent{Ph: "X", Name: s.name, TID: thread, TS: us(s.at), Dur: us(until - s.at)}
			if s.place != 0 {
				e.Cat, e.Args.Stack = "wait", s.place
			}
			out = append(out, e)
		}
	}
	flows := uint64(0)
	last := int64(head.Ended)
	for _, e := range events {
		thread, kind := e.Thread&(1<<48-1), e.Thread>>48
		by, at := e.By&(1<<48-1), place{}
		if n := e.By >> 48; n < uint64(len(places)) {
			at = places[n]
		}
		s := threads[thread]
		if s == nil {
			s = &state{}
			threads[thread] = s
		}
		if kind == 1 && !s.named { // running: the place is where it was started
			s.named = true
			named := traceEvent{Ph: "M", Name: "thread_name", TID: thread}
			if named.Args.Name = filepath.Base(at.at); at.at == "" || thread == 1 {
				named.Args.Name = "main"
			}
			out = append(out, named)
		}
		last = max(last, e.At)
		if kind >= uint64(len(recordStates)) {
			return nil, errors.New("is not a recording that this greenify reads: it has a state " + strconv.FormatUint(kind, 10))
		}
		if kind == 2 && by != 0 { // ready
			flows++
			s.flow = flows
			out = append(out, traceEvent{Ph: "s", TID: by, TS: us(e.At), ID: flows})
		}
		if kind == 1 && s.flow != 0 {
			out = append(out, traceEvent{Ph: "f", TID: thread, TS: us(e.At), ID: s.flow})
			s.flow = 0
		}
		slice(thread, s, e.At)
		s.name, s.at, s.place = recordStates[kind], e.At, 0
		switch kind {
		case 0:
			s.name = ""
		case 3:
			s.name, s.place = at.what, int(e.By>>48)
			if at.at != "" {
				s.name += " " + filepath.Base(at.at)
			}
		}
	}
	for thread, s := range threads {
		slice(thread, s, last)
	}
	return out, nil
}

// traceText prints a trace for people without a browser: a line for each slice, by the time at
// which it begins.
func traceText(w io.Writer, events []traceEvent) error {
	names := map[uint64]string{}
	var spans []traceEvent
	for _, e := range events {
		switch {
		case e.Ph == "M" && e.Name == "thread_name":
			names[e.TID] = e.Args.Name
		case e.Ph == "X":
			spans = append(spans, e)
		}
	}
	slices.SortStableFunc(spans, func(a, b traceEvent) int {
		switch {
		case a.TS < b.TS:
			return -1
		case a.TS > b.TS:
			return 1
		}
		return 0
	})
	micro := func(us float64) time.Duration { return time.Duration(us * 1e3).Round(time.Microsecond) }
	for _, s := range spans {
		what, name := s.Name, names[s.TID]
		if s.Cat == "wait" {
			what = "waits in " + what
		}
		if name != "" {
			name = " (" + name + ")"
		}
		if _, err := fmt.Fprintf(w, "%12s thread %d%s %s, for %s\n", micro(s.TS), s.TID, name, what, micro(s.Dur)); err != nil {
			return err
		}
	}
	return nil
}
