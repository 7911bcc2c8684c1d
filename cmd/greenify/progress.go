package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// A meter shows long work on standard error: to people as one line that changes and is
// gone in the end, in a log as one line for each step. It writes no control sequences:
// the terminal is the program's.
type meter struct {
	w      io.Writer
	people bool
	width  int    // of the terminal
	step   string // what is being done
	shown  int    // length of the line that is there
}

func newMeter(w io.Writer) *meter {
	m := &meter{w: w, people: isTerminal(w)}
	if m.people {
		m.width, _, _ = term.GetSize(int(w.(*os.File).Fd()))
	}
	return m
}

// begin shows the next step; more is for a log, where there will be no count.
func (m *meter) begin(step, more string) {
	m.step = step
	if m.people {
		m.show("greenify: " + step)
	} else {
		fmt.Fprintf(m.w, "greenify: %s%s\n", step, more)
	}
}

// count shows how much of the step is done.
func (m *meter) count(done, all int, noun string) {
	if m.people {
		m.show(fmt.Sprintf("greenify: %s: %d of %d %s", m.step, done, all, noun))
	}
}

// show replaces the line. A line that is too long for the terminal could not be.
func (m *meter) show(text string) {
	if m.width > 0 && len(text) >= m.width {
		text = text[:m.width-1]
	}
	io.WriteString(m.w, "\r"+text+strings.Repeat(" ", max(0, m.shown-len(text))))
	m.shown = len(text)
}

// end takes the line away.
func (m *meter) end() {
	if m.shown > 0 {
		io.WriteString(m.w, "\r"+strings.Repeat(" ", m.shown)+"\r")
		m.shown = 0
	}
}
