package greensim_test

import (
	"fmt"
	"testing"

	"github.com/greenify-go/greenify/runtime/greensim"
)

// A failing stands for the *testing.T of a test.
type failing struct {
	testing.TB
	message string
}

func (f *failing) Helper()                          {}
func (f *failing) Fatalf(format string, arg ...any) { f.message = fmt.Sprintf(format, arg...) }

// Without a file the test fails, in a simulation or not.
func TestReplayNoFile(t *testing.T) {
	f := &failing{TB: t}
	greensim.Replay(f, "testdata/nosuch.sim")
	if want := "no schedule to replay: stat "; len(f.message) < len(want) || f.message[:len(want)] != want {
		t.Errorf("got %q, want %q and more", f.message, want)
	}
	f.message = ""
	greensim.Replay(f, "greensim.go") // a file; only a simulation reads it
	if f.message != "" {
		t.Error(f.message)
	}
}
