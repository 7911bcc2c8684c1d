package load_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find/load"
)

// Every file that one view leaves out is in another, of as few tags as it takes; the
// tags that the user gives stay but for those that the file speaks of. The rest has
// a reason, or is reserved.
func TestElsewhere(t *testing.T) {
	const linux, pure, windows = "GOOS=linux GOARCH=amd64 CGO_ENABLED=1", "GOOS=linux GOARCH=amd64 CGO_ENABLED=0", "GOOS=windows GOARCH=amd64 CGO_ENABLED=0"
	for _, test := range []struct {
		name, text string
		want       string // the view, or why there is none
		flag       string // as -tags
		goflags    string
	}{
		{name: "x.go", text: "package x"},
		{name: "x_windows.go", text: "package x", want: windows},
		{name: "x_windows_test.go", text: "package x", want: windows},
		{name: "x_arm64.go", text: "package x", want: "GOOS=linux GOARCH=arm64 CGO_ENABLED=0"},
		{name: "x.go", text: "//go:build !amd64 && !linux\n\npackage x", want: "GOOS=darwin GOARCH=arm64 CGO_ENABLED=0"},
		{name: "x.go", text: "//go:build !linux\n\npackage x", want: "GOOS=darwin GOARCH=amd64 CGO_ENABLED=0"},
		{name: "x_js.go", text: "package x", want: "for no platform of amd64 or arm64, and package green has no other"},
		{name: "x.go", text: "//go:build 386 && unix\n\npackage x", want: "for no platform of amd64 or arm64, and package green has no other"},
		{name: "x.go", text: "//go:build !cgo\n\npackage x", want: pure},
		{name: "x.go", text: "//go:build windows && cgo\n\npackage x", want: "GOOS=windows GOARCH=amd64 CGO_ENABLED=1"},
		{name: "x_windows.go", text: "package x\n\nimport \"C\"", want: "GOOS=windows GOARCH=amd64 CGO_ENABLED=1"},
		{name: "x.go", text: "//go:build !unix\n\npackage x", want: "GOOS=windows GOARCH=amd64 CGO_ENABLED=0"},
		{name: "x.go", text: "// +build slow\n\npackage x", want: linux + " -tags=slow"},
		{name: "x.go", text: "//go:build a && (b || c) && !d\n\npackage x", want: linux + " -tags=a,b"},
		{name: "x.go", text: "//go:build windows || a\n\npackage x", want: windows},
		{name: "x.go", text: "//go:build a && windows\n\npackage x", want: windows + " -tags=a"},
		{name: "x.go", text: "//go:build !a\n\npackage x", flag: "a,b", want: linux + " -tags=b"},
		{name: "x.go", text: "//go:build !a\n\npackage x", goflags: "-tags=a,b", want: linux + " -tags=b"},
		{name: "x.go", text: "//go:build !b\n\npackage x", flag: "b", goflags: "-tags=a", want: linux}, // the flag hides GOFLAGS
		{name: "x_windows.go", text: "package x", goflags: "-tags=a", want: windows + " -tags=a"},
		{name: "x.go", text: "//go:build !go1.20\n\npackage x", want: "for no platform"},
		{name: "x.go", text: "//go:build go1.20 && a\n\npackage x", want: linux + " -tags=a"},
		{name: "x.go", text: "//go:build a && !a\n\npackage x", want: "for no platform"},
		{name: "x.go", text: "//go:build ignore\n\npackage x"},
		{name: "x.go", text: "//go:build ignore || (green && linux)\n\npackage x"},
		{name: "x.go", text: "//go:build green\n\npackage x"},
		{name: "x.go", text: "//go:build !green && windows\n\npackage x", want: windows},
		{name: "x.go", text: "//go:build a\n\npackage main", want: "package main, a program of its own"},
		{name: "x_windows.go", text: "package documentation"},
		{name: "_x_windows.go", text: "package x"},
		{name: "more/x_windows.go", text: "package more", want: windows},
		{name: "testdata/x_windows.go", text: "package x"},
		{name: "vendor/x/x_windows.go", text: "package x"},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"go.mod": "module example.com/x\n\ngo 1.26\n", "p.go": "package x\n", test.name: test.text + "\n"} {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		cfg := load.Config{Dir: dir, Tests: true, Env: append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1", "GOWORK=off", "GOFLAGS="+test.goflags)}
		if test.flag != "" {
			cfg.Flags = []string{"-tags=" + test.flag}
		}
		list, err := load.List(cfg, "./...")
		if err != nil {
			t.Fatal(err)
		}
		others, rest, err := list.Elsewhere(func([]byte) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Collect(maps.Values(rest))
		for _, o := range others {
			got = append(got, o.String())
			if !slices.ContainsFunc(o.Roots, func(p *load.Listed) bool {
				return slices.Contains(p.Files(), filepath.Join(dir, test.name))
			}) {
				t.Errorf("%s: %q is not there for %v", test.name, test.text, o)
			}
		}
		if all := strings.Join(got, "; "); !strings.HasPrefix(all, test.want) || (all == "") != (test.want == "") || len(others) > 0 && all != test.want {
			t.Errorf("%s: %q is looked at for %q, want %q", test.name, test.text, all, test.want)
		}
		left, err := list.LeftOut(func([]byte) bool { return false })
		if err != nil || (len(left) > 0) != (test.want != "") {
			t.Errorf("%s: %q: left out: %q, %v", test.name, test.text, left, err)
		}
	}
}
