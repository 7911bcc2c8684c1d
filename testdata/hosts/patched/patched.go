// Package patched is patched by hand.
package patched

import (
	"sync"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("example.com/hosts/patched", "VERSION", patched.SupportsVersion1)

// Send holds the lock as long as the receiver likes.
func Send(mu *sync.Mutex, c chan int) {
	green.Lock(mu) // want `mu is held while green.Send waits, and stays locked if that panics: defer the unlock \(held\)`
	green.Send(c, 1)
	mu.Unlock()
}
