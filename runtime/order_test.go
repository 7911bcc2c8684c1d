package green_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// TestExclusion: green threads never run at the same time, whatever they wait
// in between for. The counter has no lock: a lost update makes it too small, and
// go test -race sees every hand-over that is not a synchronization.
//
// Interleaving: 100 threads give up the hub in seven ways, so that it goes on
// by queue, from idle, after native waits that end at the same time as others,
// and to callbacks of native goroutines.
func TestExclusion(t *testing.T) {
	const threads, rounds = 100, 20
	var (
		n    int
		mu   sync.Mutex
		c    = make(chan int)
		wg   sync.WaitGroup
		tick = patched.Enter00(func() { n++ })
	)
	inGreen(func() {
		for i := range threads {
			wg.Add(1)
			green.Go(func() {
				defer wg.Done()
				for round := range rounds {
					n++
					switch way := i/2 + round; way % 6 {
					case 0:
						green.Yield()
					case 1:
						green.Sleep(time.Microsecond)
					case 2:
						green.Offload(func() {})
					case 3:
						if i%2 == 0 {
							green.Send(c, 1)
						} else {
							n += green.Recv(c) - 1
						}
					case 4:
						green.Lock(&mu)
						green.Yield()
						mu.Unlock()
					case 5:
						n--
						patched.Call10(func(f func()) { f() }, tick)
					}
				}
			})
		}
		green.Wait(&wg)
		if n != threads*rounds {
			t.Errorf("counted %d of %d", n, threads*rounds)
		}
	})
}

// TestOrder: ready threads run first in, first out.
//
// Interleaving: ten threads are started while their starter holds the hub, and
// each goes behind the others twice.
func TestOrder(t *testing.T) {
	var got, want []int
	inGreen(func() {
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Add(1)
			green.Go(func() {
				defer wg.Done()
				for range 3 {
					got = append(got, i)
					green.Yield()
				}
			})
		}
		if len(got) != 0 {
			t.Error("the go statement yields")
		}
		green.Wait(&wg)
	})
	for i := range 30 {
		want = append(want, i%10)
	}
	if !slices.Equal(got, want) {
		t.Errorf("order is %v", got)
	}
}

// TestPollers: threads that poll have no time slice in each wait of the others, and they go on,
// each of them, beside others that are always ready.
//
// Interleaving: three have used up a slice; then two others wait for each other 100 times, and
// behind that one yields 20 times, which does give the pollers slices to compare with. Most polls
// are in NoYield, or another thread does nothing but yield meanwhile.
func TestPollers(t *testing.T) {
	t.Run("alone", func(t *testing.T) { testPollers(t, false, false) })
	t.Run("in NoYield", func(t *testing.T) { testPollers(t, true, false) })
	t.Run("beside one that yields", func(t *testing.T) { testPollers(t, false, true) })
}

func testPollers(t *testing.T, strict, yields bool) {
	type poller struct {
		mu    sync.Mutex
		polls int
		stop  bool
	}
	pollers := make([]poller, 3)
	inGreen(func() {
		var wg sync.WaitGroup
		for i := range pollers {
			p := &pollers[i]
			wg.Add(1)
			green.Go(func() {
				defer wg.Done()
				poll := func() {
					green.Lock(&p.mu)
					p.polls++
					p.mu.Unlock()
				}
				for !p.stop {
					if strict {
						green.NoYield(func() {
							for range 50 {
								poll()
							}
						})
					}
					poll()
				}
			})
		}
		over := false
		if yields {
			wg.Add(1)
			green.Go(func() {
				defer wg.Done()
				for !over {
					green.Yield()
				}
			})
		}
		polls := func() (sum int, each []int) {
			for i := range pollers {
				sum += pollers[i].polls
				each = append(each, pollers[i].polls)
			}
			return sum, each
		}
		there, back := make(chan bool), make(chan bool)
		green.Go(func() {
			for v := range green.Range(there) {
				green.Send(back, v)
			}
		})
		round := func() {
			green.Send(there, true)
			green.Recv(back)
		}
		for _, each := polls(); slices.Contains(each, 0); _, each = polls() {
			round()
		}
		before, _ := polls()
		for range 100 {
			round()
		}
		after, _ := polls()
		inRounds := after - before
		for range 20 {
			green.Yield()
		}
		now, was := polls()
		if inSlices := now - after; inRounds > inSlices {
			t.Errorf("%d polls in 100 rounds of two others, %d in about 20 slices", inRounds, inSlices)
		}
		for i, p := range was {
			for pollers[i].polls == p {
				round()
			}
			pollers[i].stop = true
		}
		over = true
		close(there)
		green.Wait(&wg)
	})
}
