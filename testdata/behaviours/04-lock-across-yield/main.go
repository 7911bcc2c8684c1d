// Locks are held across a yield (OpenStack's example of a partial patch, which
// hangs there): everybody gets the lock in turn, and nobody beside its holder.
package main

import (
	"sync"
	"time"

	"behaviours/internal/check"
)

func main() {
	var rw sync.RWMutex
	for _, l := range []struct {
		name string
		sync.Locker
		most int // holders at once
	}{
		{"Mutex", &sync.Mutex{}, 1},
		{"RWMutex", &rw, 1},
		{"RWMutex, readers", rw.RLocker(), 5},
	} {
		var mu sync.Mutex // for the counts, not held across a yield
		var wg sync.WaitGroup
		inside, most, done := 0, 0, 0
		for range 5 {
			wg.Go(func() {
				l.Lock()
				defer l.Unlock()
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				for all := false; !all; {
					time.Sleep(10 * time.Millisecond) // for one too many, too
					mu.Lock()
					all = most >= l.most
					mu.Unlock()
				}
				mu.Lock()
				inside--
				done++
				mu.Unlock()
			})
		}
		wg.Wait()
		check.Equal(l.name+": done", done, 5)
		check.Equal(l.name+": holders at once", most, l.most)
	}

	var once sync.Once
	ran := 0
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() { once.Do(func() { time.Sleep(5 * time.Millisecond); ran++ }) })
	}
	wg.Wait()
	check.Equal("Once: ran", ran, 1)
}
