package splice

import (
	"errors"
	"strings"
	"testing"
)

const src = `package p

// f calls g() and h().
func f(c chan int) { // g()
	x := "g()"
	g()
	if c != nil && ok(c) {
		g()
		h(g(),
			1)
	}
	return
}

func (t *T[K]) m() {}

type T[K any] struct {
	a int // first
	b int
}
`

// Each case is an edit and the line of the result that it makes.
func TestApply(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit Edit
		want string
	}{
		{"entry", Edit{Decl: "f", Op: Entry, Text: "in()", Sites: 1}, "func f(c chan int) { in(); // g()"},
		{"entry of an empty method", Edit{Decl: "T.m", Op: Entry, Text: "in()", Sites: 1}, "func (t *T[K]) m() { in();}"},
		{"end after a return", Edit{Decl: "f", Op: End, Text: "out()", Sites: 1}, "; out() }"},
		{"before, not in comments and strings", Edit{Decl: "f", Op: Before, Match: `x := "g()"`, Text: "y()", Sites: 1}, `	y(); x := "g()"`},
		{"after", Edit{Decl: "f", Op: After, Match: "g()", Text: "y()", Sites: 3}, "	g(); y()"},
		{"statement by its head", Edit{Decl: "f", Op: Before, Match: "if c != nil && ok(c) {", Text: "y()", Sites: 1}, "	y(); if c != nil && ok(c) {"},
		{"part of an expression", Edit{Decl: "f", Op: Replace, Match: "ok(c)", Text: "!ok(c)", Sites: 1}, "	if c != nil && !ok(c) {"},
		{"struct field", Edit{Decl: "T", Op: After, Match: "a int", Text: "z bool", Sites: 1}, "	a int; z bool // first"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := Apply("p.go", []byte(src), []Edit{tt.edit})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains("\n"+string(out), "\n"+tt.want+"\n") {
				t.Errorf("no line %q in:\n%s", tt.want, out)
			}
			if got, want := strings.Count(string(out), "\n"), strings.Count(src, "\n"); got != want {
				t.Errorf("%d lines, want %d", got, want)
			}
		})
	}
}

// An edit that does not fit its source is refused, and so are all others.
func TestApplyRefuses(t *testing.T) {
	good := Edit{Decl: "f", Op: Entry, Text: "in()", Sites: 1}
	for _, tt := range []struct {
		name string
		edit Edit
		want string
	}{
		{"other number of sites", Edit{Decl: "f", Op: Before, Match: "g()", Text: "y()", Sites: 1}, `p.go:4:1: f has 3 sites for "g()", want 1`},
		{"no such declaration", Edit{Decl: "gone", Op: Entry, Text: "y()", Sites: 1}, "p.go: no declaration of gone"},
		{"not a function", Edit{Decl: "T", Op: Entry, Text: "y()", Sites: 1}, `p.go:17:6: T has 0 sites for "", want 1`},
		{"adds a line", Edit{Decl: "f", Op: Entry, Text: "y()\n", Sites: 1}, "would add a line"},
		{"removes a line", Edit{Decl: "f", Op: Replace, Match: "h(g(), 1)", Text: "y()", Sites: 1}, "would remove a line"},
		{"overlaps", Edit{Decl: "f", Op: Replace, Match: `if c != nil && ok(c) {`, Text: "y()", Sites: 1}, "would remove a line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := Apply("p.go", []byte(src), []Edit{good, tt.edit})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if out != nil {
				t.Error("some edits were made")
			}
		})
	}
	var mismatch *MismatchError
	if _, err := Apply("p.go", []byte(src), []Edit{{Decl: "gone"}}); !errors.As(err, &mismatch) {
		t.Errorf("error %T, want a *MismatchError", err)
	}
	if _, err := Apply("p.go", []byte("package"), nil); err == nil {
		t.Error("source with a syntax error was accepted")
	}
}

// FuzzApply: whatever is matched, and wherever the text goes, lines never change, or the edit is
// refused.
func FuzzApply(f *testing.F) {
	for op := range len(opNames) {
		f.Add(src, "f", op, "g()", "y()", 3)
	}
	f.Add(src, "T.m", int(End), "", "y()", 1)
	f.Add(src, "T", int(After), "a int", "z bool", 1)
	f.Fuzz(func(t *testing.T, src, decl string, op int, match, text string, sites int) {
		out, err := Apply("p.go", []byte(src), []Edit{{Decl: decl, Op: Op(uint(op) % uint(len(opNames))), Match: match, Text: text, Sites: sites}})
		if err == nil && strings.Count(string(out), "\n") != strings.Count(src, "\n") {
			t.Errorf("line count changed:\n%s", out)
		}
	})
}
