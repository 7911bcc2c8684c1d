package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
)

// FuzzTrace: a file that is no trace is refused, and what is read of one can be shown in all ways.
func FuzzTrace(f *testing.F) {
	f.Add([]byte(`[
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"main"}},
{"ph":"s","pid":1,"tid":1,"ts":100.000,"cat":"wake","name":"wake","id":1},
{"ph":"M","pid":1,"tid":0,"name":"stack","args":{"id":9,"frames":["main.main /src/main.go:5"]}},
{"ph":"f","pid":1,"tid":2,"ts":500.000,"bp":"e","cat":"wake","name":"wake","id":1},
{"ph":"X","pid":1,"tid":1,"ts":500.000,"dur":500.000,"name":"chan receive main.go:5","cat":"wait","args":{"stack":9}},
{"ph":"X","pid":1,"ti`))
	f.Add([]byte("[]"))
	f.Add([]byte(recordMagic))
	f.Fuzz(func(t *testing.T, data []byte) { showTrace(t, data) })
}

// FuzzRecording: the same of a recording, whose head, events and places are anything.
func FuzzRecording(f *testing.F) {
	events := func(list ...recordEvent) []byte {
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, list)
		return b.Bytes()
	}
	const at = 48 // bits of a thread
	f.Add(uint64(3), uint64(1000), "started\tmain.go\t5\tmain.main\nchan receive\tmain.go\t7\tmain.main\n",
		events(recordEvent{1, 1 | 1<<at, 1 << at}, recordEvent{2, 1 | 3<<at, 2 << at}, recordEvent{3, 1 | 2<<at, 7}))
	f.Add(uint64(1<<40), uint64(0), "\t\t\t\n", events(recordEvent{-1, 1, 1<<64 - 1}))
	f.Fuzz(func(t *testing.T, count, ended uint64, text string, ring []byte) {
		head := recordHead{Events: count, Text: uint32(len(text)), Ended: ended}
		copy(head.Magic[:], recordMagic)
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, head)
		for _, part := range []struct {
			data []byte
			size int
		}{{ring, recordEvents * binary.Size(recordEvent{})}, {[]byte(text), recordText}} {
			whole := make([]byte, part.size)
			copy(whole, part.data)
			b.Write(whole)
		}
		showTrace(t, b.Bytes())
	})
}

func showTrace(t *testing.T, data []byte) {
	events, err := parseTrace(data)
	if err != nil {
		if events != nil {
			t.Errorf("%d events beside the error %v", len(events), err)
		}
		return
	}
	if err := traceText(io.Discard, events); err != nil {
		t.Error(err)
	}
	traceHTML(events)
	if err := traceProfile(events).CheckValid(); err != nil {
		t.Error(err)
	}
}
