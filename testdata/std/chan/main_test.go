package main

import "testing"

// Each ERROR comment is an error of its line, and each error has one.
func TestErrorCheck(t *testing.T) {
	const text = "package p\n\nvar a = c1 // ERROR \"undefined\"\nvar b = c2 // GC_ERROR \"undefined: c2\" \"second\"\n"
	for _, test := range []struct{ out, want string }{
		{"# command-line-arguments\n./p.go:3: undefined: c1\n./p.go:4: undefined: c2\n./p.go:4: something\n\tsecond line\n", ""},
		{"./p.go:3: undefined: c1\n./p.go:4: undefined: c2\n", `p.go:4: missing error "second"`},
		{"./p.go:4: undefined: c1\n", `p.go:3: missing error "undefined"`},
		{"./p.go:3: undefined: c1\n./p.go:4: undefined: c2\n./p.go:4: second\n./p.go:9: third\n", "unexpected error p.go:9: third"},
	} {
		if got := errorCheck("p.go", text, test.out); got != test.want {
			t.Errorf("%q: %q, want %q", test.out, got, test.want)
		}
	}
	if got := errorCheck("p.go", "package p\n", ""); got != "no ERROR comment" {
		t.Errorf("a program that expects nothing: %q", got)
	}
}
