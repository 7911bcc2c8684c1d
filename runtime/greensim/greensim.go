// Package greensim keeps bugs that a simulation has found from coming back. It is for tests,
// and works in simulations (greenify test -sim); elsewhere it does nothing.
package greensim

import (
	"os"
	"path/filepath"
	"testing"
)

// Replay has the test that calls it run the schedule of a file, too, whenever it runs in a
// simulation: beside its seeds, and behind the first of them. The file is one that greenify test
// -sim has written for this test, as a rule made small by greenify replay -shrink and kept
// in the package's testdata; its name is relative to the package's folder. The choices of the file
// are made where the threads are as far as they were then (greenify replay -lenient), so
// that the program may change.
//
// Call it first in the test: what runs is the test itself, whose threads are known by who
// started them. In a plain or patched test without -sim, and in source, Replay does nothing but to
// fail the test if there is no such file. It does not yield.
func Replay(t testing.TB, file string) {
	t.Helper()
	path, err := filepath.Abs(file)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("no schedule to replay: %v", err)
	}
	replays(path)
}
