package heldpatched

import (
	"sync"

	green "github.com/greenify-go/greenify/runtime"
)

// What waits in package green are its methods too.
func methods(mu *sync.Mutex, q *green.Queue[int], s *green.Semaphore) {
	green.Lock(mu) // want `mu is held while green.\(\*Queue\).Get waits, and stays locked if that panics: defer the unlock`
	q.Get()
	mu.Unlock()

	green.Lock(mu) // want `mu is held while green.\(\*Semaphore\).Acquire waits, and stays locked if that panics: defer the unlock`
	s.Acquire(1)
	mu.Unlock()

	green.Lock(mu)
	q.Len() // does not wait
	mu.Unlock()

	green.NoYield(func() {
		q.Put(1) // want `green.\(\*Queue\).Put may yield inside green.NoYield, which then panics`
	})
}
