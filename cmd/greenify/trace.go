package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// A traceEvent is one line of what GREENIFY=trace=FILE writes
// (runtime/hub/trace.go).
type traceEvent struct {
	Ph   string  `json:"ph"`
	Name string  `json:"name"`
	TID  uint64  `json:"tid"`
	TS   float64 `json:"ts"`  // microseconds
	Dur  float64 `json:"dur"` // microseconds
	ID   uint64  `json:"id"`
	Cat  string  `json:"cat"`
	Args struct {
		Name   string   `json:"name"`
		ID     int      `json:"id"`
		Frames []string `json:"frames"`
		Stack  int      `json:"stack"`
	} `json:"args"`
}

// readTrace reads a trace, also one that ends early, or a recording.
func readTrace(path string) ([]traceEvent, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	events, err := parseTrace(data)
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return events, nil
}

func parseTrace(data []byte) ([]traceEvent, error) {
	if isRecording(data) {
		return readRecording(data)
	}
	if data = bytes.TrimSpace(data); !bytes.HasSuffix(data, []byte("]")) {
		whole := data[:bytes.LastIndexByte(data, '\n')+1]
		data = append(bytes.TrimRight(bytes.TrimSpace(whole), ","), ']')
	}
	var events []traceEvent
	if err := json.Unmarshal(data, &events); err != nil {
		return nil, fmt.Errorf("is not what a program with GREENIFY=trace=FILE or record=FILE wrote: %w", err)
	}
	return events, nil
}

var trace = &command{
	name: "trace", args: "html|pprof|text [-o FILE] TRACE",
	short: "render what GREENIFY=trace=TRACE or record=TRACE wrote",
	long: `html makes one page, which needs no other file: open it in a browser. pprof makes a
profile of parked time, for go tool pprof, text a line for each time that a thread runs, is ready
or waits. They go to standard output if there is no -o, and nothing is opened. A trace that
ends early is read as far as it goes.`,
	words: []string{"html", "pprof", "text"},
	setup: func(fs *flag.FlagSet) runner {
		out := fs.String("o", "", "write to this `file`")
		return func(e *env, args []string) error {
			if len(args) != 2 || !slices.Contains([]string{"html", "pprof", "text"}, args[0]) {
				return errors.New("trace takes html, pprof or text, -o FILE, and the file that GREENIFY=trace=FILE or record=FILE wrote")
			}
			return e.trace(args[0], args[1], *out)
		}
	},
}

// trace renders a trace.
func (e *env) trace(kind, name, out string) error {
	events, err := readTrace(name)
	if err != nil {
		return err
	}
	if what := map[string]string{"html": "a page", "pprof": "a profile"}[kind]; what != "" {
		if err := e.notText(out, fmt.Sprintf("refusing to write %s to a terminal: use greenify trace %s -o FILE %s", what, kind, name)); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	switch kind {
	case "html":
		err = traceHTML(events).render(&b)
	case "pprof":
		err = traceProfile(events).Write(&b)
	case "text":
		err = traceText(&b, events)
	}
	if err != nil {
		return err
	}
	return e.write(out, b.Bytes())
}

// traceProfile is the profile of the time for which threads were parked, by stack.
func traceProfile(events []traceEvent) *profile.Profile {
	p := newParkedProfile("waits")
	stacks := map[int][]string{}
	for _, e := range events {
		switch {
		case e.Ph == "M" && e.Name == "stack":
			stacks[e.Args.ID] = e.Args.Frames
		case e.Ph == "X" && e.Cat == "wait":
			op := e.Name
			if i := strings.LastIndex(op, " "); i >= 0 && strings.Contains(op[i:], ":") {
				op = op[:i]
			}
			p.add(op, stacks[e.Args.Stack], 1, time.Duration(e.Dur*float64(time.Microsecond)))
		}
	}
	return p.Profile
}

//go:embed trace.html
var tracePage string

//go:embed page.html
var pageShell string

// renderPage writes a page, which needs no other file: a body in what all pages have.
func renderPage(w io.Writer, body string, doc any) error {
	t := template.Must(template.New("page").Parse(pageShell))
	return template.Must(t.Parse(body)).Execute(w, doc)
}

// A traceDoc is what the page shows; the script in trace.html reads it as JSON.
type traceDoc struct {
	Tracks []traceTrack     `json:"tracks"`
	Flows  []traceFlow      `json:"flows"`
	Stacks map[int][]string `json:"stacks"`
}

type traceTrack struct {
	ID     uint64       `json:"id"`
	Name   string       `json:"name"`
	Slices []traceSlice `json:"slices"`
}

type traceSlice struct {
	Begin float64 `json:"b"`
	Dur   float64 `json:"d"`
	Name  string  `json:"n"`
	Stack int     `json:"s,omitempty"`
}

type traceFlow struct {
	From  uint64  `json:"f"`
	Begin float64 `json:"b"`
	To    uint64  `json:"t"`
	End   float64 `json:"e"`
}

func traceHTML(events []traceEvent) *traceDoc {
	doc := &traceDoc{Stacks: map[int][]string{}}
	tracks := map[uint64]*traceTrack{}
	var order []uint64
	track := func(id uint64) *traceTrack {
		if tracks[id] == nil {
			tracks[id] = &traceTrack{ID: id, Name: "thread"}
			order = append(order, id)
		}
		return tracks[id]
	}
	flows := map[uint64]traceEvent{}
	for _, e := range events {
		switch {
		case e.Ph == "M" && e.Name == "thread_name":
			track(e.TID).Name = e.Args.Name
		case e.Ph == "M" && e.Name == "stack":
			doc.Stacks[e.Args.ID] = e.Args.Frames
		case e.Ph == "X":
			t := track(e.TID)
			t.Slices = append(t.Slices, traceSlice{e.TS, e.Dur, e.Name, e.Args.Stack})
		case e.Ph == "s":
			flows[e.ID] = e
		case e.Ph == "f":
			if s, ok := flows[e.ID]; ok {
				doc.Flows = append(doc.Flows, traceFlow{s.TID, s.TS, e.TID, e.TS})
			}
		}
	}
	slices.Sort(order)
	for _, id := range order {
		doc.Tracks = append(doc.Tracks, *tracks[id])
	}
	return doc
}

// render writes the page.
func (doc *traceDoc) render(w io.Writer) error { return renderPage(w, tracePage, doc) }
