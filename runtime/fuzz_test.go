//go:build greenify

package green_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

var (
	operations = flag.Int("operations", 50_000, "of TestRandomOperations")
	seed       = flag.Uint64("seed", 0, "of TestRandomOperations; 0: by the clock")
)

// world is what the threads of TestRandomOperations wait for.
type world struct {
	rnd    *rand.Rand
	c      [3]chan int
	mu     sync.Mutex
	rw     sync.RWMutex
	cond   *sync.Cond
	condMu sync.Mutex
	sem    *green.Semaphore
	q      *green.Queue[int]
	pr, pw *os.File
	pools  [2]*green.OffloadPool

	locked, written int // holders of mu, writers of rw
	ended           map[*green.Task[int]]int
	failures        []string
}

func (w *world) failf(format string, args ...any) {
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

// alone is the body of a critical section: others wait for n to be 0 again.
func (w *world) alone(n *int) {
	if *n++; *n != 1 {
		w.failf("a lock is held twice")
	}
	defer func() { *n-- }()
	w.pause()
}

func (w *world) pause() {
	defer runtime.Gosched() // a deferred call that yields
	switch w.rnd.IntN(4) {
	case 0:
		time.Sleep(time.Duration(w.rnd.IntN(50)) * time.Microsecond)
	case 1:
		runtime.Gosched()
	}
}

// act does one random thing that may wait, perhaps for ever.
func (w *world) act(depth int) {
	switch w.rnd.IntN(21) {
	case 0:
		w.c[w.rnd.IntN(3)] <- 1
	case 1:
		<-w.c[w.rnd.IntN(3)]
	case 2:
		select {
		case w.c[0] <- 2:
		case <-w.c[1]:
		case <-w.c[2]:
		case <-time.After(time.Duration(w.rnd.IntN(100)) * time.Microsecond):
		}
	case 3:
		select {
		case w.c[1] <- 3:
		case <-w.c[1]:
		}
	case 4:
		w.mu.Lock()
		defer w.mu.Unlock()
		w.alone(&w.locked)
	case 5:
		w.rw.RLock()
		defer w.rw.RUnlock()
		if w.written != 0 {
			w.failf("read while written")
		}
		w.pause()
	case 6:
		w.rw.Lock()
		defer w.rw.Unlock()
		w.alone(&w.written)
	case 7:
		var wg sync.WaitGroup
		wg.Go(w.pause)
		wg.Wait()
	case 8:
		w.condMu.Lock()
		defer w.condMu.Unlock()
		w.cond.Wait()
	case 9:
		w.cond.Signal()
	case 10:
		n := 1 + w.rnd.IntN(3)
		w.sem.Acquire(n)
		defer w.sem.Release(n)
		w.pause()
	case 11:
		w.q.Put(1)
	case 12:
		w.q.Get()
	case 13:
		if depth < 3 {
			d := time.Duration(w.rnd.IntN(100)) * time.Microsecond
			var timeout *green.TimeoutError
			err := green.WithTimeout(d, func() error { w.act(depth + 1); return nil })
			if err != nil && !(errors.As(err, &timeout) && timeout.After == d) {
				w.failf("WithTimeout: %v", err)
			}
		}
	case 14:
		time.Sleep(time.Duration(w.rnd.IntN(200)) * time.Microsecond)
	case 15:
		w.pr.Read(make([]byte, 1))
	case 16:
		w.pw.Write([]byte("x"))
	case 17:
		green.Offload(runtime.Gosched)
	case 18:
		w.cond.Broadcast()
	case 19:
		first := w.rnd.IntN(2)
		w.pools[first].Do(func() {
			time.Sleep(time.Microsecond)
			w.pools[1-first].Do(runtime.Gosched)
		})
	case 20:
		if depth < 3 {
			if _, other := inside(func() { w.act(depth + 1) }); other != nil {
				w.failf("NoYield: %v", other)
			}
		}
	}
}

// TestRandomOperations spawns, kills, cancels, times out, links, unlinks and waits
// in random order. In the end no wake-up may be lost, nothing left locked or
// counted, no link uncalled, and no thread left.
func TestRandomOperations(t *testing.T) {
	before := len(green.Threads())
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	w := &world{
		rnd:   rand.New(rand.NewPCG(*seed, 0)),
		c:     [3]chan int{make(chan int), make(chan int, 1), make(chan int, 3)},
		sem:   green.NewSemaphore(4),
		q:     green.NewQueue[int](2),
		ended: map[*green.Task[int]]int{},
		pools: [2]*green.OffloadPool{green.NewOffloadPool(1), green.NewOffloadPool(2)},
	}
	w.cond = sync.NewCond(&w.condMu)
	var err error
	if w.pr, w.pw, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	defer w.pr.Close()
	defer w.pw.Close()

	var tasks []*green.Task[int]
	spawned := 0
	finish := func(i int) {
		task := tasks[i]
		tasks[i] = tasks[len(tasks)-1]
		tasks = tasks[:len(tasks)-1]
		v, err := task.Wait()
		if (err == nil) != (v == 1) || err != nil && err != green.ErrKilled {
			w.failf("Wait: %d, %v", v, err)
		}
	}
	for range *operations {
		switch op := w.rnd.IntN(10); {
		case op < 3 || len(tasks) == 0:
			if len(tasks) > 200 {
				i := w.rnd.IntN(len(tasks))
				tasks[i].Kill()
				finish(i)
				continue
			}
			body := func() (int, error) {
				for range 1 + w.rnd.IntN(3) {
					w.act(0)
				}
				return 1, nil
			}
			var task *green.Task[int]
			switch w.rnd.IntN(4) {
			case 0:
				task = green.SpawnAfter(time.Duration(w.rnd.IntN(100))*time.Microsecond, body)
			default:
				task = green.Spawn(body)
			}
			spawned++
			task.Link(func(*green.Handle) { w.ended[task]++ })
			tasks = append(tasks, task)
		case op < 5:
			tasks[w.rnd.IntN(len(tasks))].Kill()
		case op == 5:
			tasks[w.rnd.IntN(len(tasks))].Cancel()
		case op == 6:
			l := tasks[w.rnd.IntN(len(tasks))].Link(func(*green.Handle) { w.pause() })
			if w.rnd.IntN(2) == 0 {
				l.Unlink()
			}
		case op == 7:
			i := w.rnd.IntN(len(tasks))
			select {
			case <-tasks[i].Done():
				finish(i)
			default:
			}
		case op == 8:
			runtime.Gosched()
		default:
			i := w.rnd.IntN(len(tasks))
			green.WithTimeout(20*time.Microsecond, func() error { _, err := tasks[i].Wait(); return err })
		}
		if len(w.failures) > 0 {
			break
		}
	}
	for len(tasks) > 0 {
		tasks[0].Kill()
		finish(0)
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && (len(green.Threads()) > before || len(w.ended) < spawned); {
		time.Sleep(time.Millisecond)
	}
	for _, f := range w.failures {
		t.Error(f)
	}
	for _, n := range w.ended {
		if n != 1 {
			t.Errorf("a link was called %d times", n)
		}
	}
	if len(w.ended) != spawned {
		t.Errorf("%d of %d links called", len(w.ended), spawned)
	}
	for name, p := range map[string]any{"Mutex": &w.mu, "RWMutex": &w.rw, "cond's mutex": &w.condMu} {
		if !reflect.ValueOf(p).Elem().IsZero() {
			t.Errorf("%s is left as %+v", name, p)
		}
	}
	if w.sem.Free() != 4 {
		t.Errorf("%d units free of 4", w.sem.Free())
	}
	for i, p := range w.pools {
		if n := atOnce(5, p.Do, int32(1+i)); int(n) != 1+i {
			t.Errorf("a pool of %d does %d works at once", 1+i, n)
		}
	}
	for i, c := range w.c {
		select {
		case c <- 1:
			if cap(c) == 0 {
				t.Errorf("somebody still receives from channel %d", i)
			}
		default:
		}
	}
	for _, th := range green.Threads() {
		if th.Wait != "" && th.Line != 0 && len(green.Threads()) > before {
			t.Errorf("left: thread %d waits in %s, started at %s:%d", th.ID, th.Wait, th.File, th.Line)
		}
	}
	if t.Failed() {
		t.Logf("-seed=%d", *seed)
	}
}
