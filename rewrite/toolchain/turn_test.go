package toolchain

import (
	"sync/atomic"
	"testing"
)

// Of many that would compile the standard library in one variant one does at a time, and those
// that wait say so; another variant waits for nobody.
func TestTurn(t *testing.T) {
	tc := &Toolchain{Dir: t.TempDir()}
	over := tc.Turn("", func() { t.Error("the first one waits") })
	tc.Turn("-race", func() { t.Error("another variant waits") })()
	waits, done := make(chan bool), make(chan bool)
	var compiled atomic.Bool
	go func() {
		defer close(done)
		over := tc.Turn("", func() { close(waits) })
		if !compiled.Load() {
			t.Error("two have their turn at once")
		}
		over()
	}()
	<-waits
	compiled.Store(true)
	over()
	<-done
}
