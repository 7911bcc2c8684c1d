package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// doors are programs that do not depend on what the Go scheduler or a clock does
// first: by each door they have the same number of threads, at most and in all, the
// same switches and the same yields. (One that computes for longer than a time slice does depend
// on the clock: it yields at what it calls next. So does one that asks whether others are parked,
// of package parked, and sleeps until they are.)
var doors = []string{"order-go", "order-receive", "order-select", "order-defer", "forms-send", "forms-receive", "forms-select", "counter-lock"}

// One program is the same patched by each of the doors: it prints the same, and its
// hub counts the same.
func TestDoors(t *testing.T) {
	bin := greenifyCommand(t)
	dir := t.TempDir()
	var packages []string
	for _, name := range doors {
		packages = append(packages, "./"+name)
	}
	programs, err := filepath.Abs(programs)
	if err != nil {
		t.Fatal(err)
	}
	rewritten, generated := filepath.Join(dir, "rewritten"), filepath.Join(dir, "generated")
	copyPrograms(t, rewritten)
	copyPrograms(t, generated)
	const imported = "./internal/..." // by the programs, so it is patched with them
	goCommand(t, rewritten, bin, append([]string{"rewrite", "-w", imported}, packages...)...)
	goCommand(t, generated, bin, append([]string{"generate", imported}, packages...)...)
	out := func(door string) string { return filepath.Join(dir, "bin", door) + string(filepath.Separator) }
	for _, door := range []struct {
		name, dir, command string
		flags              []string
	}{
		{"whole", programs, bin, nil},
		{"rewrite", rewritten, "go", nil},
		{"twins", generated, "go", []string{"-tags", "green"}},
		{"plain", generated, "go", nil},
	} {
		if err := os.MkdirAll(out(door.name), 0o777); err != nil {
			t.Fatal(err)
		}
		goCommand(t, door.dir, door.command, slices.Concat([]string{"build", symbols, "-o", out(door.name)}, door.flags, packages)...)
	}
	stats := regexp.MustCompile(`greenify: (threads=\d+ peak=\d+ switches=\d+ yields=\d+) `)
	for _, name := range doors {
		t.Run(name, func(t *testing.T) {
			d := readDirectives(t, filepath.Join(programs, name, "main.go"))
			// On a machine with much to do a goroutine may be cut at any place, by the clock, and
			// one that asks for it meets it there. Not each time, and then the counts are the same.
			var counted []string
			for range 5 {
				counted = nil
				var first run
				for _, door := range []string{"whole", "rewrite", "twins"} {
					// With one processor peers do not meet on the way into a wait.
					r := run{title: door, bin: out(door) + name, env: []string{"GREENIFY=stats=1", "GOMAXPROCS=1"}}
					r.do(t, d)
					m := stats.FindStringSubmatch(r.stderr)
					if m == nil {
						t.Fatalf("%s: no statistics: %s", door, r.stderr)
					}
					if counted == nil {
						first = r
					}
					counted = append(counted, m[1])
					if r.stdout != first.stdout || r.exit != first.exit {
						t.Errorf("%s: %s, and prints\n%s\n%s: %s, and prints\n%s", door, r.exit, r.stdout, first.title, first.exit, first.stdout)
					}
				}
				if counted = slices.Compact(counted); len(counted) == 1 {
					break
				}
			}
			if len(counted) > 1 {
				t.Errorf("the doors count differently, each time: %q", counted)
			}
			plain := run{title: "twins without the tag", bin: out("plain") + name, env: []string{"GREENIFY=stats=1"}}
			if plain.do(t, d); plain.stderr != "" {
				t.Errorf("%s: it is patched: %s", plain.title, plain.stderr)
			}
		})
	}
}
