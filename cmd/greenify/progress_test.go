package main

import (
	"slices"
	"strings"
	"testing"
)

// On a terminal a step is one line, which the next text covers and which is gone in the
// end; in a log it is a line, and counts are left out.
func TestMeter(t *testing.T) {
	for _, tt := range []struct {
		people bool
		want   string
	}{
		{false, "greenify: one: 12 things\ngreenify: two\n"},
		{true, "\rgreenify: one" +
			"\rgreenify: one: 9 of 12 th" + // as wide as the terminal allows
			"\rgreenify: two" + strings.Repeat(" ", 12) +
			"\r" + strings.Repeat(" ", 13) + "\r"},
	} {
		var b strings.Builder
		m := &meter{w: &b, people: tt.people, width: 26}
		m.begin("one", ": 12 things")
		m.count(9, 12, "things")
		m.begin("two", "")
		m.end()
		m.end()
		if b.String() != tt.want {
			t.Errorf("people %v: %q, want %q", tt.people, b.String(), tt.want)
		}
	}
}

// The standard library is compiled apart only with what a build compiles it with.
func TestCompileFlags(t *testing.T) {
	for _, tt := range []struct{ args, goflags, want string }{
		{"-o x -race -trimpath -v -x .", "", "-tags=greenify -race -trimpath"},
		{"-tags a -p 3 .", "-tags=b", "-tags=a,greenify -p 3"},
		{".", "-tags=b -race", "-tags=b,greenify -race"},
		{"-ldflags -s -gcflags=all=-N .", "", "-tags=greenify -gcflags=all=-N"},
		{"-gcflags=-N .", "", ""},
		{".", "-gcflags=-d=checkptr", ""},
		{"-buildmode=c-shared .", "", ""},
		{"-toolexec time .", "", ""},
		{"-a .", "", ""},
		{"-pgo=x.pprof .", "", ""},
	} {
		if got := readGoLine("build", strings.Fields(tt.args)).compileFlags(tt.goflags); !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("%s, GOFLAGS %q: %q, want %q", tt.args, tt.goflags, got, tt.want)
		}
	}
}
