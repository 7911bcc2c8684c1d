package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/rewrite/outfile"
	"github.com/greenify-go/greenify/rewrite/plural"
)

const (
	shrinkMost    = 2000 // runs
	shrinkConfirm = 100  // strict replays of what was found
)

// shrink looks for a smaller schedule that fails alike, and writes it to out.
func (e *env) shrink(s *explore.Schedule, path, out string, bin *testBinary) error {
	if s.Full {
		return refused(fmt.Errorf("cannot shrink %s: it has more choices than a file holds: run the test with -steps N, so that it ends earlier", path))
	}
	dir := filepath.Dir(bin.path)
	candidate := filepath.Join(dir, "candidate.sim")
	// failed runs a schedule and returns what it was, nil if it did not fail, and what it printed.
	failed := func(c *explore.Schedule, lenient bool) (*explore.Schedule, string, error) {
		var text, printed bytes.Buffer
		c.WriteTo(&text)
		if err := os.WriteFile(candidate, text.Bytes(), 0o666); err != nil {
			return nil, "", err
		}
		written := filepath.Join(dir, "runs")
		if err := os.MkdirAll(written, 0o777); err != nil {
			return nil, "", err
		}
		defer os.RemoveAll(written)
		r := replayOptions{lenient: lenient}
		environ := append(r.environ(c, candidate), "GREENIFY_SIM_REPLAYS="+written)
		code, err := bin.run(&env{stderr: &printed, environ: e.environ}, &printed, environ, "-test.run=^"+s.Test+"$", "-test.timeout=1m")
		if err != nil || code == exitOK || code == exitDiverged {
			return nil, printed.String(), err
		}
		// The first schedule, which always comes before, may have failed, too.
		files, err := filepath.Glob(filepath.Join(written, fmt.Sprintf("*-%d.sim", s.Seed)))
		if err != nil || len(files) != 1 {
			return nil, printed.String(), err
		}
		got, err := explore.ReadSchedule(files[0])
		return got, printed.String(), err
	}

	first, printed, err := failed(s, false)
	if err != nil {
		return err
	}
	if first == nil {
		io.WriteString(e.stderr, printed)
		return refused(fmt.Errorf("cannot shrink %s: it does not fail here as it did", path))
	}
	want := explore.Signature(printed)
	meter := newMeter(e.stderr)
	meter.begin("shrinking", "")
	best, runs, err := explore.Shrink(s, shrinkMost, func(c *explore.Schedule) (*explore.Schedule, error) {
		got, printed, err := failed(c, true)
		if got == nil || got.Verdict != s.Verdict || explore.Signature(printed) != want {
			got = nil
		}
		return got, err
	})
	meter.end()
	if err != nil {
		return err
	}
	alike := 0
	for range shrinkConfirm {
		got, printed, err := failed(best, false)
		if err != nil {
			return err
		}
		if got != nil && got.Verdict == s.Verdict && explore.Signature(printed) == want {
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
	return nil
}

// shrunkName is where the smaller schedule of a file goes.
func shrunkName(path string) string { return strings.TrimSuffix(path, ".sim") + ".min.sim" }
