package explore

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func choices(picks ...uint64) (c []Choice) {
	for i, p := range picks {
		c = append(c, Choice{Kind: "next", Thread: 1, Count: uint64(i), Pick: p})
	}
	return c
}

func picks(s *Schedule) (p []uint64) {
	for _, c := range s.Choices {
		p = append(p, c.Pick)
	}
	return p
}

// A failure that needs some of the choices is shrunk to those.
func TestShrink(t *testing.T) {
	for _, needs := range [][]uint64{nil, {1}, {40}, {3, 17}, {1, 2, 39, 40}, {7, 8, 9, 20, 21, 33}} {
		var all []uint64
		for i := range uint64(40) {
			all = append(all, i+1)
		}
		s := &Schedule{Choices: choices(all...), Taken: 100}
		best, runs, err := Shrink(s, 2000, func(c *Schedule) (*Schedule, error) {
			for _, n := range needs {
				if !slices.Contains(picks(c), n) {
					return nil, nil
				}
			}
			return c, nil
		})
		if got := picks(best); err != nil || !slices.Equal(got, needs) {
			t.Errorf("needs %v: got %v, %v", needs, got, err)
		}
		if runs > 400 {
			t.Errorf("needs %v: %d runs", needs, runs)
		}
	}
}

// The log of a run may have fewer choices than the candidate, and other steps: a run that is
// no smaller is not taken, so that it ends.
func TestShrinkEnds(t *testing.T) {
	s := &Schedule{Choices: choices(1, 2, 3, 4), Taken: 10}
	_, runs, err := Shrink(s, 2000, func(c *Schedule) (*Schedule, error) { return s, nil })
	if runs > 20 || err != nil {
		t.Error(runs, err)
	}
	best, runs, err := Shrink(s, 3, func(c *Schedule) (*Schedule, error) { return nil, nil })
	if best != s || runs > 3 || err != nil {
		t.Error(best, runs, err)
	}
	broken := errors.New("broken")
	if _, _, err := Shrink(s, 2000, func(c *Schedule) (*Schedule, error) { return nil, broken }); err != broken {
		t.Error(err)
	}
}

// What is written is read as it was.
func TestScheduleFile(t *testing.T) {
	s := &Schedule{Program: 1 << 63, Go: "go1.26.8 linux/amd64", Package: "example.com/a", Test: "TestA", Early: 1, Steps: 2, Seconds: 3, Keep: 1, Round: 4,
		Seed: 5, Mixed: 1<<64 - 1, Strategy: "pos", Verdict: "left a thread that nobody can wake", Taken: 6, Hash: 7,
		Choices: []Choice{{"next", 1 << 63, 2, 3, 4, 5}, {"timer", 0, 1, 0, 1, 1<<32 - 1}}}
	var b strings.Builder
	s.WriteTo(&b)
	path := filepath.Join(t.TempDir(), "a.sim")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSchedule(path)
	if err != nil {
		t.Fatal(err)
	}
	var again strings.Builder
	got.WriteTo(&again)
	if again.String() != b.String() || !slices.Equal(got.Choices, s.Choices) || got.Verdict != s.Verdict {
		t.Errorf("got\n%s\nwant\n%s", again.String(), b.String())
	}
	// Wherever it is cut off, it is refused; and whatever line is changed into nonsense.
	text := b.String()
	for i := range len(text) {
		if _, err := parseSchedule(text[:i]); err == nil {
			t.Errorf("cut off behind %d bytes: no error", i)
		}
	}
	lines := strings.SplitAfter(text, "\n")
	for i := range len(lines) - 1 {
		changed := slices.Clone(lines)
		changed[i] = "nonsense " + changed[i]
		if _, err := parseSchedule(strings.Join(changed, "")); err == nil {
			t.Errorf("line %d changed: no error", i+1)
		}
		if _, err := parseSchedule(strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")); err == nil {
			t.Errorf("line %d missing: no error", i+1)
		}
	}
}

func TestSignature(t *testing.T) {
	a := "--- FAIL: TestA (0.10s)\n\tthread 73 waits in chan send on 0x3af7, 0 s\n\t\texample.com/a.f /a/a.go:7\n    a_test.go:24: 1, want 2\npanic: found\n"
	b := strings.NewReplacer("0.10s", "0.33s", "73", "9", "0x3af7", "0x11", ", 0 s", ", 9 s", "1, want 2", "3, want 2").Replace(a)
	if got := Signature(a); got != Signature(b) || strings.Count(got, "\n") != 2 {
		t.Errorf("%q and %q", got, Signature(b))
	}
	for _, other := range []string{"a.go:7", "a_test.go:24", "found"} {
		if Signature(strings.Replace(a, other, other+"9", 1)) == Signature(a) {
			t.Errorf("%s makes no difference", other)
		}
	}
}

func TestReadStep(t *testing.T) {
	s, ok := ReadStep("step 12 -> thread 7 at /a b/a:1.go:24 a.(*T).f.func1")
	if want := (Step{12, true, 7, "/a b/a:1.go", 24, "a.(*T).f.func1"}); !ok || s != want {
		t.Error(s, ok)
	}
	for _, line := range []string{"step 12", "step x -> thread 7 at a.go:1 f", " step 12 -> thread 7 at a.go:1 f", "step 12 -> thread 7 at a.go f"} {
		if _, ok := ReadStep(line); ok {
			t.Errorf("%q is a step", line)
		}
	}
}

func TestWriteTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a_test.go")
	if err := os.WriteFile(file, []byte("package a\n\n\tmu.Lock()\n\tmu.Unlock() // and a comment that is too long for the table\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	steps := []Step{
		{N: 9, Thread: 7, File: file, Line: 3},
		{N: 10, Thread: 7, File: file, Line: 3}, // the same place
		{N: 11, Thread: 12, File: file, Line: 4, Turn: true},
		{N: 12, Thread: 7, File: file, Line: 3, Turn: true},
		{N: 13, Thread: 7, File: "/nosuch/b.go", Line: 3},
		{N: 14, Thread: 7, File: file, Line: 99},
	}
	var b strings.Builder
	WriteTable(&b, steps)
	want := `step  thread 7               thread 12
9     a_test.go:3 mu.Lock()
11                           a_test.go:4 mu.Unlock() // and a comment that…
12    a_test.go:3 mu.Lock()
13    b.go:3
14    a_test.go:99
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	WriteTable(&b, nil)
}
