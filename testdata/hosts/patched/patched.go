// Package patched is patched by hand.
package patched

import (
	"sync"

	green "github.com/greenify-go/greenify/runtime"
)

var _ = green.Register("example.com/hosts/patched", "VERSION")

// Send holds the lock as long as the receiver likes.
func Send(mu *sync.Mutex, c chan int) {
	green.Lock(mu) // want `mu is held while green.Send waits, and stays locked if that panics: defer the unlock \(held\)`
	green.Send(c, 1)
	mu.Unlock()
}
