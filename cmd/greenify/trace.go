package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/term"
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

// readTrace reads a trace, also one that ends early.
func readTrace(path string) ([]traceEvent, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if data = bytes.TrimSpace(data); !bytes.HasSuffix(data, []byte("]")) {
		whole := data[:bytes.LastIndexByte(data, '\n')+1]
		data = append(bytes.TrimRight(bytes.TrimSpace(whole), ","), ']')
	}
	var events []traceEvent
	if err := json.Unmarshal(data, &events); err != nil {
		return nil, fmt.Errorf("%s is not a trace of a program with GREENIFY=trace=FILE: %w", path, err)
	}
	return events, nil
}

// trace renders a trace, on standard output if there is no -o.
func (c *command) trace(args []string) int {
	const takes = "trace takes html or pprof, -o FILE, and the file that GREENIFY=trace=FILE wrote"
	if len(args) == 0 || args[0] != "html" && args[0] != "pprof" {
		return c.usageError(takes)
	}
	flags := flag.NewFlagSet("trace", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	out := flags.String("o", "", "")
	kind, args := args[0], args[1:]
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		args = append(slices.Clone(args[1:]), args[0]) // the trace may come first
	}
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return c.usageError(takes)
	}
	name := flags.Arg(0)
	events, err := readTrace(name)
	if err != nil {
		return c.usageError("%v", err)
	}
	if f, ok := c.stdout.(*os.File); ok && *out == "" && term.IsTerminal(int(f.Fd())) {
		what := map[string]string{"html": "a page", "pprof": "a profile"}[kind]
		return c.usageError("refusing to write %s to a terminal: use greenify trace %s -o FILE %s", what, kind, name)
	}
	var b bytes.Buffer
	if kind == "html" {
		err = traceHTML(events).render(&b)
	} else {
		err = traceProfile(events).Write(&b)
	}
	if err == nil && *out != "" {
		err = os.WriteFile(*out, b.Bytes(), 0o666)
	} else if err == nil {
		_, err = c.stdout.Write(b.Bytes())
	}
	if err != nil {
		return c.usageError("%v", err)
	}
	return exitOK
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

// render writes the page, which needs no other file.
func (doc *traceDoc) render(w interface{ Write([]byte) (int, error) }) error {
	return template.Must(template.New("trace").Parse(tracePage)).Execute(w, doc)
}
