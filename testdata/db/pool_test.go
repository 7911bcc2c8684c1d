package db

import (
	"testing"
	"time"
)

// TestPool runs 20 queries of 100 ms on pools of 20 and 2: the server sees as many
// at once as the pool has connections, so they take the time of one and of ten.
// A machine too busy to start 20 within 100 ms gets three chances.
func TestPool(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		for _, pool := range []int{20, 2} {
			db := s.open(t, pool)
			var got int
			for try := 0; try < 3 && got != pool; try++ {
				stop, start := ticker(), time.Now()
				spans, err := twenty(db, s.span)
				if err != nil {
					t.Fatal(err)
				}
				got = most(spans)
				t.Logf("pool of %d: 20 queries of 100 ms in %d ms, %d at once, %d ticks of 5 ms",
					pool, time.Since(start).Milliseconds(), got, stop())
				if got > pool {
					break
				}
			}
			if got != pool {
				t.Errorf("pool of %d: the server ran %d queries at once", pool, got)
			}
			if n := db.Stats().OpenConnections; n > pool {
				t.Errorf("pool of %d has %d connections", pool, n)
			}
		}
	})
}
