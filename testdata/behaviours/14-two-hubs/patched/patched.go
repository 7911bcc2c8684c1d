// Package patched is as greenify rewrite leaves a package: what waits calls package
// green.
package patched

import (
	"sync"

	green "github.com/greenify-go/greenify/runtime"
)

// Count calls step n times in a thread of its own.
func Count(wg *sync.WaitGroup, n int, step func()) {
	wg.Add(1)
	green.Go(func() {
		defer wg.Done()
		for range n {
			step()
		}
	})
}

// Pass hands on what it receives until in is closed.
func Pass(in, out chan int) {
	green.Go(func() {
		for v := range green.Range(in) {
			green.Send(out, v)
		}
		close(out)
	})
}
