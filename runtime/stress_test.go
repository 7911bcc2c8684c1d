package green_test

import (
	"sync"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// The tests here have green threads and native goroutines at both ends of the
// same objects, in large numbers. A wake-up that is lost leaves somebody waiting
// for ever, and the test with him; a value that is lost or doubled changes the
// sum. What the interleavings are is left to chance, therefore the numbers.

// crowd runs f in n green threads and n native goroutines at once and waits for
// all.
func crowd(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range 2 * n {
		wg.Add(1)
		g := func() {
			defer wg.Done()
			f(i)
		}
		if i%2 == 0 {
			green.Go(g)
		} else {
			go inNative(g)
		}
	}
	wg.Wait()
}

// TestMixedChannel: unbuffered and buffered channels between threads of both
// kinds, by every way to send and to receive.
func TestMixedChannel(t *testing.T) {
	for _, size := range []int{0, 3} {
		const senders, rounds = 16, 200 // and as many receivers
		c, d, never := make(chan int, size), make(chan int, size), make(chan struct{})
		var sent sync.WaitGroup
		sent.Add(senders)
		go func() {
			sent.Wait()
			close(c)
			close(d)
		}()

		send := func(way int) {
			switch way {
			case 0:
				green.Send(c, 1)
			case 1:
				green.Select(green.OnSend(c, 1), green.OnSend(d, 1))
			case 2:
				green.Select(green.OnRecv(never), green.OnSend(d, 1))
			case 3:
				if green.InHub() {
					patched.To(d).Send(1)
				} else {
					c <- 1
				}
			}
		}
		receiveAll := func(way int) (sum int) {
			c, d := c, d // nil when closed
			for c != nil || d != nil {
				r, q := green.OnRecv(c), green.OnRecv(d)
				switch way++; {
				case way%3 == 0 && d == nil:
					r.V, r.OK = green.Recv2(c)
				case way%3 == 1 && d == nil:
					green.Select(green.OnRecv(never), r)
				default:
					if green.Select(r, q) == 1 {
						r, c, d = q, d, c
					}
				}
				sum += r.V
				if !r.OK {
					c, d = d, nil
				}
			}
			return sum
		}

		var mu sync.Mutex
		sum := 0
		crowd(senders, func(i int) {
			if i/2%2 == 0 {
				for round := range rounds {
					send((i/4 + round) % 4)
				}
				sent.Done()
				return
			}
			n := receiveAll(i)
			mu.Lock()
			sum += n
			mu.Unlock()
		})
		if sum != senders*rounds {
			t.Errorf("received %d of %d", sum, senders*rounds)
		}
	}
}

// TestMixedLocks: a counter under a lock that threads of both kinds take, some
// for reading.
func TestMixedLocks(t *testing.T) {
	const n, rounds = 8, 200
	var (
		mu   sync.Mutex
		rw   sync.RWMutex
		a, b int
	)
	crowd(n, func(i int) {
		for round := range rounds {
			green.Lock(&mu)
			a++
			if round%8 == 0 {
				green.Yield() // the holder waits for the hub
			}
			mu.Unlock()

			if (i/2+round)%4 == 0 {
				green.Lock(&rw)
				b++
				rw.Unlock()
				continue
			}
			green.RLock(&rw)
			before := b
			green.Yield()
			if b != before {
				t.Error("written while read")
			}
			rw.RUnlock()
		}
	})
	if a != 2*n*rounds || b != 2*n*rounds/4 {
		t.Errorf("counted %d and %d, want %d and %d", a, b, 2*n*rounds, 2*n*rounds/4)
	}
}

// TestMixedCond: a bounded buffer by two conditions, with one Signal for each
// change, so that a lost one is never made good by another.
func TestMixedCond(t *testing.T) {
	const n, rounds = 8, 200
	var (
		mu          sync.Mutex
		free, full  = sync.NewCond(&mu), sync.NewCond(&mu)
		level, most int
	)
	crowd(n, func(i int) {
		for range rounds {
			green.Lock(&mu)
			if i/2%2 == 0 {
				for level == 2 {
					green.Wait(free)
				}
				level++
				most = max(most, level)
				full.Signal()
			} else {
				for level == 0 {
					green.Wait(full)
				}
				level--
				free.Signal()
			}
			mu.Unlock()
		}
	})
	if level != 0 || most > 2 {
		t.Errorf("level is %d, was up to %d", level, most)
	}
}

// TestMixedOnce: exactly one of many threads of both kinds runs f, and none
// returns before it has.
func TestMixedOnce(t *testing.T) {
	for range 50 {
		var once sync.Once
		n := 0
		crowd(8, func(int) {
			green.Do(&once, func() {
				green.Yield()
				n++
			})
			if n != 1 {
				t.Errorf("f has run %d times", n)
			}
		})
	}
}

// TestMixedWaitGroup: threads of both kinds wait for threads of both kinds, and
// use the group again.
func TestMixedWaitGroup(t *testing.T) {
	for range 50 {
		var arrived, passed sync.WaitGroup
		const n = 8
		arrived.Add(2 * n)
		passed.Add(2 * n)
		count := make(chan int, 2*n)
		crowd(n, func(i int) {
			if i/2%2 == 0 {
				green.Yield()
			}
			arrived.Done()
			green.Wait(&arrived)
			count <- 1
			passed.Done()
			green.Wait(&passed)
			if len(count) != 2*n {
				t.Errorf("%d of %d have passed", len(count), 2*n)
			}
		})
	}
}
