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
	for _, s := range []Schedule{{Test: "TestA"}, {}, {Args: []string{"-v", "a b\n\"\xff", ""}}} {
		testScheduleFile(t, s.Test, s.Args)
	}
}

// Threads that a test leaves are no matter if the file says so.
func TestScheduleLeaves(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		var b strings.Builder
		(&Schedule{Test: "TestA", Leaves: leaves}).WriteTo(&b)
		if s, err := parseSchedule(b.String()); err != nil || s.Leaves != leaves {
			t.Errorf("leaves %v: %v, %v", leaves, s, err)
		}
	}
}

func testScheduleFile(t *testing.T, test string, args []string) {
	s := &Schedule{Program: 1 << 63, Go: "go1.26.8 linux/amd64", Package: "example.com/a", Test: test, Args: args, Early: 1, Steps: 2, Seconds: 3, Keep: 1, Round: 4,
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
	if again.String() != b.String() || !slices.Equal(got.Choices, s.Choices) || got.Verdict != s.Verdict || got.Test != test || !slices.Equal(got.Args, args) {
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
