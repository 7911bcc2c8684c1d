package main

import (
	"slices"
	"strings"
	"testing"
)

// Each case is a command line of the go command and what greenify runs for it.
func TestFlags(t *testing.T) {
	for _, tt := range []struct{ in, goflags, want string }{
		{"build", "", "build -tags=greenify"},
		{"build -o x ./...", "", "build -tags=greenify -o x ./..."},
		{"build -scope main -o=x -scope=deps .", "", "build -tags=greenify -o=x ."},
		{"build -tags a,b .", "", "build -tags=a,b,greenify ."},
		{"build --tags=a .", "-tags=b", "build -tags=a,greenify ."},
		{"build .", "-v -tags=b", "build -tags=b,greenify ."},
		{"run . -tags=mine -scope=mine", "", "run -tags=greenify . -tags=mine -scope=mine"},
		{"run -exec time main.go", "", "run -tags=greenify -exec time main.go"},
		{"test -c -o x .", "", "test -tags=greenify -c -o x ."},
		{"test -run X -count 1 ./... -v", "", "test -tags=greenify -run X -count 1 ./... -v"},
		{"vet -c 3 .", "", "vet -tags=greenify -c 3 ."},
		{"list -f {{.Dir}} -m all", "", "list -tags=greenify -f {{.Dir}} -m all"},
		{"build -C dir -o x", "", "build -C dir -tags=greenify -o x"},
		{"test -args -strict -scope", "", "test -tags=greenify -args -strict -scope"}, // of the test binary
		{"build -locks -v=maybe .", "", "build -tags=greenify -v=maybe ."},            // the go command will complain
		{"build -tags", "", "build -tags=greenify -tags"},                             // likewise
		{"build -o", "", "build -tags=greenify -o"},                                   // the go command will complain
	} {
		in := strings.Fields(tt.in)
		c := findCommand(in[0])
		own, _ := c.flagSet()
		args, err := ownFlags(c, own, in[1:])
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if got := slices.Concat(in[:1], readGoLine(in[0], args).withTags(tt.goflags)); !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("%s (GOFLAGS %q): %q, want %q", tt.in, tt.goflags, strings.Join(got, " "), tt.want)
		}
	}
}
