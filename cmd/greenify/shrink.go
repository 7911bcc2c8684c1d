package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/outfile"
	"github.com/greenify-go/greenify/rewrite/plural"
)

const (
	shrinkMost    = 2000 // runs
	shrinkConfirm = 100  // strict replays of what was found
)

// A trial runs schedules that are like one that failed.
type trial struct {
	env  *env
	bin  *simBinary
	s    *explore.Schedule // the one that failed
	want string            // its signature
}

// try begins with the schedule itself, which must fail as it did.
func (e *env) try(s *explore.Schedule, path, what string, bin *simBinary) (*trial, error) {
	if s.Full {
		return nil, refused(fmt.Errorf("cannot %s %s: it has more choices than a file holds: run the test with -steps N, so that it ends earlier", what, path))
	}
	t := &trial{env: e, bin: bin, s: s}
	got, signature, printed, err := t.run(s, false, "")
	if err != nil {
		return nil, err
	}
	if got == nil {
		io.WriteString(e.stderr, printed)
		return nil, refused(fmt.Errorf("cannot %s %s: it does not fail here as it did", what, path))
	}
	t.want = signature
	return t, nil
}

// run runs a schedule, with more options for the program. It returns what it was, nil if it did not
// fail, the signature of the failure, and what was printed.
func (t *trial) run(c *explore.Schedule, lenient bool, more string) (got *explore.Schedule, signature, printed string, err error) {
	dir := filepath.Dir(t.bin.path)
	candidate, written, results := filepath.Join(dir, "candidate.sim"), filepath.Join(dir, "runs"), filepath.Join(dir, "results")
	var text, out bytes.Buffer
	c.WriteTo(&text)
	if err := os.WriteFile(candidate, text.Bytes(), 0o666); err != nil {
		return nil, "", "", err
	}
	if err := os.MkdirAll(written, 0o777); err != nil {
		return nil, "", "", err
	}
	defer os.RemoveAll(written)
	defer os.Remove(results)
	environ := replayOptions{lenient: lenient}.environ(c, candidate)
	environ[0] += more
	environ = append(environ, "GREENIFY_SIM_REPLAYS="+written, "GREENIFY_SIM_RESULTS="+results)
	// A test has a flag for that.
	ctx, cancel := context.WithTimeout(t.bin.ctx, 2*time.Minute)
	defer cancel()
	bin := *t.bin
	bin.ctx = ctx
	code, err := bin.run(&env{stderr: &out, environ: t.env.environ}, &out, environ, arguments(c, "-test.timeout=1m")...)
	if ctx.Err() != nil && t.bin.ctx.Err() == nil {
		return nil, "", out.String(), nil
	}
	if err != nil || code == exitOK || code == exitDiverged {
		return nil, "", out.String(), err
	}
	// The first schedule, which always comes before, may have failed, too.
	files, err := filepath.Glob(filepath.Join(written, fmt.Sprintf("*-%d.sim", c.Seed)))
	if err != nil || len(files) != 1 {
		return nil, "", out.String(), err
	}
	if got, err = explore.ReadSchedule(files[0]); err != nil {
		return nil, "", "", err
	}
	lines, err := os.ReadFile(results)
	if err != nil {
		return nil, "", "", err
	}
	list, err := explore.Read(results, lines)
	if err != nil {
		return nil, "", "", err
	}
	i := slices.IndexFunc(list, func(r explore.Result) bool { return r.Seed == c.Seed && r.Verdict != "ok" })
	if i < 0 {
		return nil, "", out.String(), nil
	}
	return got, inOrder(list[i].Signature), out.String(), nil
}

// inOrder puts the places of a signature in order: a program that dies has them as its threads are.
func inOrder(signature string) string {
	kind, places, _ := strings.Cut(signature, ": ")
	list := strings.Split(places, ", ")
	slices.Sort(list)
	return kind + ": " + strings.Join(slices.Compact(list), ", ")
}

// alike reports whether a schedule fails as the first one did, and returns what it was.
func (t *trial) alike(c *explore.Schedule, lenient bool, more string) (*explore.Schedule, error) {
	got, signature, _, err := t.run(c, lenient, more)
	if got == nil || got.Verdict != t.s.Verdict || signature != t.want {
		return nil, err
	}
	return got, nil
}

// shrink looks for a smaller schedule that fails alike, and writes it to out.
func (e *env) shrink(s *explore.Schedule, path, out string, bin *simBinary, tails int) error {
	t, err := e.try(s, path, "shrink", bin)
	if err != nil {
		return err
	}
	meter := newMeter(e.stderr)
	meter.begin("shrinking", "")
	best, runs, err := explore.Shrink(s, shrinkMost, func(c *explore.Schedule) (*explore.Schedule, error) { return t.alike(c, true, "") })
	meter.end()
	if err != nil {
		return err
	}
	alike := 0
	for range shrinkConfirm {
		got, err := t.alike(best, false, "")
		if err != nil {
			return err
		}
		if got != nil {
			alike++
		}
	}
	var text bytes.Buffer
	best.WriteTo(&text)
	if err := outfile.Write(out, text.Bytes()); err != nil {
		return fmt.Errorf("cannot write the schedule: %w", err)
	}
	e.say("%s instead of %d, %s instead of %d: %s. It fails alike %d times of %d (%s)",
		plural.Of(len(best.Choices), "choice"), len(s.Choices), plural.Of(int(best.Taken), "step"), s.Taken, out, alike, shrinkConfirm, plural.Of(runs, "run"))
	if alike < shrinkConfirm {
		return exitWith(exitFail)
	}
	if tails == 0 {
		return nil
	}
	doom, err := t.doom(best, tails)
	if err != nil {
		return err
	}
	e.say("%s", doomText(doom))
	return nil
}

// doom says from which step on a schedule could not end well.
func (t *trial) doom(s *explore.Schedule, tails int) (explore.Doom, error) {
	meter := newMeter(t.env.stderr)
	meter.begin("other tails", "")
	defer meter.end()
	return explore.FindDoom(s.Taken, tails, func(step uint64, n int) (well, alike bool, err error) {
		got, signature, _, err := t.run(s, true, fmt.Sprintf(",tail=%d,draw=%d", step, n))
		return got == nil, got != nil && got.Verdict == t.s.Verdict && signature == t.want, err
	})
}

// doomText says what was found, and how far that goes.
func doomText(d explore.Doom) string {
	var b strings.Builder
	if d.Step == 1 {
		fmt.Fprintf(&b, "it could not end well at all: of %d other schedules none did", d.Tails)
	} else {
		fmt.Fprintf(&b, "from step %d on it could not end well: of %d other tails none did", d.Step, d.Tails)
	}
	if d.Alike < d.Tails {
		fmt.Fprintf(&b, ", of which %d failed otherwise", d.Tails-d.Alike)
	}
	if d.Step > 1 {
		fmt.Fprintf(&b, "; from step %d on %d did", d.Step-1, d.Well)
	}
	fmt.Fprintf(&b, " (%s)", plural.Of(d.Runs, "run"))
	return b.String()
}

// shrunkName is where the smaller schedule of a file goes.
func shrunkName(path string) string { return strings.TrimSuffix(path, ".sim") + ".min.sim" }
