// A hundred sleepers are done after one sleep, not after a hundred.
package main

import (
	"sync"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

const (
	sleepers = 100
	nap      = 100 * time.Millisecond
)

func main() {
	var wg sync.WaitGroup
	begin := time.Now()
	for range sleepers {
		wg.Go(func() { time.Sleep(nap) })
	}
	wg.Wait()
	took := time.Since(begin)
	check.That(took < sleepers*nap/2, "%d naps of %v at once take %v", sleepers, nap, took)
	if green.Enabled() {
		check.That(green.ReadStats().Peak > sleepers, "threads at once: %d", green.ReadStats().Peak)
	}
}
