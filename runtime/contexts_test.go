package green_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// These run plain (TestOff), patched in source and patched, as green threads and as
// native goroutines.

var errWhy = errors.New("why")

// ended returns a context that is over, for errWhy.
func endedContext() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errWhy)
	return ctx
}

// ends runs wait with a context that ends for errWhy while wait waits, which is when it
// has not returned after a moment.
func ends(wait func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer time.AfterFunc(10*time.Millisecond, func() { cancel(errWhy) }).Stop()
	return wait(ctx)
}

// TestContextEnds: every wait that takes a context ends with it, before and while it
// waits, and leaves all as it was.
func TestContextEnds(t *testing.T) {
	for _, how := range []struct {
		name string
		run  func(func())
	}{{"green", inGreen}, {"native", inNative}} {
		t.Run(how.name, func(t *testing.T) { how.run(func() { contextEnds(t) }) })
	}
}

func contextEnds(t *testing.T) {
	s := green.NewSemaphore(1)
	s.Acquire(1)
	empty, full := green.NewQueue[int](1), green.NewQueue[int](1)
	full.Put(1)
	var e green.Event[int]
	var d green.DAG[string, int]
	release := make(chan bool)
	task := green.Spawn(func() (int, error) { return 3, recvNil(release) })
	pool := green.NewPool(1)
	pool.Go(func() { green.Recv(release) })
	called := false
	workers := green.NewOffloadPool(1)
	free := holdWorker(t, workers)
	endless := func(yield func(int) bool) {
		for yield(0) {
		}
	}
	never := make(chan bool)
	pile, waits := green.NewPile[int](pool), green.NewPile[int](green.NewPool(1))
	waits.Spawn(func() (int, error) { return 4, recvNil(release) })
	all := func(ctx context.Context) (n int, err error) {
		for v, e := range waits.AllContext(ctx) {
			n, err = n+v, e
		}
		return n, err
	}

	for name, wait := range map[string]func(ctx context.Context) error{
		"Semaphore.AcquireContext": func(ctx context.Context) error { return s.AcquireContext(ctx, 1) },
		"Queue.GetContext":         func(ctx context.Context) error { _, err := empty.GetContext(ctx); return err },
		"Queue.PutContext":         func(ctx context.Context) error { return full.PutContext(ctx, 2) },
		"Queue.JoinContext":        full.JoinContext,
		"Event.WaitContext":        func(ctx context.Context) error { _, err := e.WaitContext(ctx); return err },
		"Task.WaitContext":         func(ctx context.Context) error { _, err := task.WaitContext(ctx); return err },
		"Handle.WaitContext":       task.Handle.WaitContext,
		"Pool.WaitContext":         pool.WaitContext,
		"Pool.GoContext":           func(ctx context.Context) error { return pool.GoContext(ctx, func() { called = true }) },
		"SpawnInContext": func(ctx context.Context) error {
			_, err := green.SpawnInContext(ctx, pool, func() (int, error) { called = true; return 0, nil })
			return err
		},
		"Pile.SpawnContext": func(ctx context.Context) error {
			return pile.SpawnContext(ctx, func() (int, error) { called = true; return 0, nil })
		},
		"Pile.AllContext": func(ctx context.Context) error { _, err := all(ctx); return err },
		"OffloadPool.DoContext": func(ctx context.Context) error {
			return workers.DoContext(ctx, func() { called = true })
		},
		"OffloadPool.DoContext, in another pool": func(ctx context.Context) (err error) {
			green.NewOffloadPool(1).Do(func() { err = workers.DoContext(ctx, func() { called = true }) })
			return err
		},
		"MapContext": func(ctx context.Context) (err error) {
			for _, err = range green.MapContext(ctx, green.NewPool(1), endless, func(int) (int, error) { return 0, recvNil(never) }) {
			}
			return err
		},
		"MapContext, in a full pool": func(ctx context.Context) (err error) {
			for _, err = range green.MapContext(ctx, pool, endless, func(int) (int, error) { called = true; return 0, nil }) {
			}
			return err
		},
		"DAG.WaitContext": func(ctx context.Context) error { _, err := d.WaitContext(ctx, "a"); return err },
	} {
		if err := wait(endedContext()); err != errWhy {
			t.Errorf("%s, over before: %v", name, err)
		}
		if err := ends(wait); err != errWhy {
			t.Errorf("%s: %v", name, err)
		}
	}

	if s.Release(1); s.Free() != 1 {
		t.Errorf("%d units are free", s.Free())
	}
	empty.Put(7)
	if v, err := empty.GetContext(context.Background()); v != 7 || err != nil {
		t.Error(v, err)
	}
	if full.Len() != 1 {
		t.Errorf("%d items", full.Len())
	}
	e.Send(5)
	if v, err := e.WaitContext(endedContext()); v != 5 || err != nil {
		t.Error(v, err)
	}
	d.Set("a", 6)
	if v, err := d.WaitContext(endedContext(), "a"); v != 6 || err != nil {
		t.Error(v, err)
	}
	close(release)
	free()
	if err := workers.DoContext(context.Background(), func() { called = true }); err != nil || !called {
		t.Error(called, err)
	}
	called = false
	if v, err := task.WaitContext(context.Background()); v != 3 || err != nil {
		t.Error(v, err)
	}
	if n, err := all(context.Background()); n != 4 || err != nil {
		t.Error(n, err)
	}
	for range pile.All() {
		t.Error("a task was added")
	}
	if pool.Wait(); called || pool.Free() != 1 {
		t.Errorf("called %v, %d free", called, pool.Free())
	}
	empty.Close()
	if _, err := empty.GetContext(context.Background()); err != green.ErrClosed {
		t.Error(err)
	}
	if err := empty.PutContext(context.Background(), 1); err != green.ErrClosed {
		t.Error(err)
	}
}

// holdWorker takes the only worker of a pool until free is called: in a system call, for
// work that waits by other means makes room.
func holdWorker(t *testing.T, pool *green.OffloadPool) (free func()) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		t.Fatal(err)
	}
	holds, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		pool.Do(func() {
			close(holds)
			syscall.Read(p[0], make([]byte, 1))
		})
	}()
	green.Recv(holds)
	return func() {
		syscall.Close(p[1])
		green.Recv(done)
		syscall.Close(p[0])
	}
}

// TestDoContext: a worker that becomes free at the moment a context ends is not lost,
// whoever waits, and what waits in line behind one that has given up is served.
func TestDoContext(t *testing.T) {
	for _, how := range []struct {
		name string
		run  func(func())
	}{{"green", inGreen}, {"native", inNative}} {
		t.Run(how.name, func(t *testing.T) {
			for i := range 100 {
				how.run(func() { doContext(t, i) })
			}
		})
	}
}

func doContext(t *testing.T, round int) {
	pool := green.NewOffloadPool(1)
	free := holdWorker(t, pool)
	ctx, cancel := context.WithCancelCause(context.Background())
	var done, gaveUp atomic.Int32
	var wg sync.WaitGroup
	for i := range 6 {
		green.WaitGo(&wg, func() {
			use := ctx
			if i%2 == 1 {
				use = context.Background()
			}
			called := false
			switch err := pool.DoContext(use, func() { called = true }); {
			case err == nil && called:
				done.Add(1)
			case err == errWhy && !called && i%2 == 0:
				gaveUp.Add(1)
			default:
				t.Errorf("%d: %v, called %v", i, err, called)
			}
		})
	}
	for range round % 8 {
		green.Yield()
	}
	if round%3 == 0 {
		cancel(errWhy)
		free()
	} else {
		green.WaitGo(&wg, func() { cancel(errWhy) })
		free()
	}
	green.Wait(&wg)
	if done.Load()+gaveUp.Load() != 6 || done.Load() < 3 {
		t.Errorf("%d done, %d gave up, of 6", done.Load(), gaveUp.Load())
	}
	called := false
	if pool.Do(func() { called = true }); !called {
		t.Error("not called")
	}
}

// TestDoContextAtOnce: a context that ends while a native goroutine is about to wait for
// a worker, in the middle of queueing, ends that wait; else it is for ever.
func TestDoContextAtOnce(t *testing.T) {
	pool := green.NewOffloadPool(1)
	defer holdWorker(t, pool)()
	for i := range 5000 {
		ctx, cancel := context.WithCancelCause(context.Background())
		inNative(func() {
			go func() {
				for range i % 64 {
					ctx.Err()
				}
				cancel(errWhy)
			}()
			if err := pool.DoContext(ctx, func() { t.Error("called") }); err != errWhy {
				t.Error(err)
			}
		})
	}
}

// Every method that waits has a variant with a context.
func TestContextVariants(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[*green.Semaphore](), reflect.TypeFor[*green.Queue[int]](), reflect.TypeFor[*green.Event[int]](), reflect.TypeFor[*green.Handle](),
		reflect.TypeFor[*green.Task[int]](), reflect.TypeFor[*green.Pool](), reflect.TypeFor[*green.Pile[int]](), reflect.TypeFor[*green.DAG[string, int]](),
		reflect.TypeFor[*green.OffloadPool](),
	} {
		n := 0
		for m := range typ.Methods() {
			switch m.Name {
			case "Spawn", "All":
				if typ != reflect.TypeFor[*green.Pile[int]]() { // DAG.Spawn does not wait; Queue.All is Get in a loop
					continue
				}
			case "Acquire", "Get", "Put", "Join", "Wait", "Go", "Do":
			default:
				continue
			}
			n++
			if _, ok := typ.MethodByName(m.Name + "Context"); !ok {
				t.Errorf("%v has %s and no %sContext", typ, m.Name, m.Name)
			}
		}
		if n == 0 {
			t.Errorf("%v has no method that waits", typ)
		}
	}
}

func recvNil(c chan bool) error { green.Recv(c); return nil }

// TestContextLosesNothing: units and items that are handed out at the moment a context
// ends are had by somebody.
func TestContextLosesNothing(t *testing.T) {
	const rounds = 2000
	s := green.NewSemaphore(1)
	q := green.NewQueue[int](0)
	put, got, acquired := 0, 0, 0
	both := green.NewPool(8)
	for i := range rounds {
		ctx, cancel := context.WithCancel(context.Background())
		s.Acquire(1)
		waits := green.Spawn(func() (bool, error) { return true, s.AcquireContext(ctx, 1) })
		gets := green.Spawn(func() (bool, error) { _, err := q.GetContext(ctx); return err == nil, nil })
		puts := green.Spawn(func() (bool, error) { return q.PutContext(ctx, i) == nil, nil })
		if i%2 == 0 {
			green.Yield()
		}
		both.Go(cancel)
		s.Release(1)
		if _, err := waits.Wait(); err == nil {
			acquired++
			s.Release(1)
		} else if err != context.Canceled {
			t.Fatal(err)
		}
		if ok, _ := gets.Wait(); ok {
			got++
		}
		if ok, _ := puts.Wait(); ok {
			put++
		}
	}
	both.Wait()
	if s.Free() != 1 || put != got+q.Len() {
		t.Errorf("%d units free; %d put, %d got, %d inside", s.Free(), put, got, q.Len())
	}
	if _, ok := q.TryGet(); ok {
		t.Error("an item that nobody has put")
	}
	t.Logf("acquired %d, put %d of %d", acquired, put, rounds)
}

// TestArguments: what cannot be meant panics alike, and says what.
func TestArguments(t *testing.T) {
	s := green.NewSemaphore(2)
	pool := green.NewPool(2)
	for name, f := range map[string]func(){
		"NewSemaphore":         func() { green.NewSemaphore(-1) },
		"Semaphore.Acquire":    func() { s.Acquire(-1) },
		"Semaphore.Acquire ":   func() { s.Acquire(3) },
		"Semaphore.Acquire  ":  func() { s.TryAcquire(-1) },
		"Semaphore.Acquire   ": func() { s.AcquireContext(context.Background(), 3) },
		"Semaphore.Release":    func() { s.Release(-1) },
		"Semaphore: released":  func() { green.NewSemaphore(1).Release(1) },
		"Semaphore: released ": func() { s.TryAcquire(1); defer s.Release(1); s.Release(int(^uint(0) >> 1)) },
		"Semaphore.Resize":     func() { s.Resize(-1) },
		"NewPool":              func() { green.NewPool(0) },
		"Pool.Resize":          func() { pool.Resize(0) },
		"NewOffloadPool":       func() { green.NewOffloadPool(0) },
		"NewPriorityQueue":     func() { green.NewPriorityQueue[int](1, nil) },
		"Queue.TaskDone":       func() { green.NewQueue[int](1).TaskDone() },
	} {
		func() {
			defer func() {
				if v := fmt.Sprint(recover()); !strings.HasPrefix(v, "green: "+strings.TrimRight(name, " ")) {
					t.Errorf("%s: %s", name, v)
				}
			}()
			f()
		}()
	}
	if s.Free() != 2 {
		t.Errorf("%d units are free", s.Free())
	}
	if s.TryAcquire(5) {
		t.Error("took more than there are")
	}
	if q := green.NewQueue[int](-1); !q.TryPut(1) { // no limit
		t.Error("full")
	}
}

// TestDAGCycle: the Spawn that closes a circle fails, whatever its length and order, and
// adds nothing.
func TestDAGCycle(t *testing.T) {
	sum := func(in map[string]int) (n int, err error) {
		for _, v := range in {
			n += v
		}
		return n + 1, nil
	}
	for n := 1; n <= 6; n++ {
		var d green.DAG[string, int]
		key := func(i int) string { return string(rune('a' + i%n)) }
		for i := range n - 1 { // the last needs the first
			if err := d.Spawn(key(i), []string{"x", key(i + 1)}, sum); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Spawn(key(n-1), []string{"y", key(0)}, sum)
		var cycle *green.CycleError[string]
		if !errors.As(err, &cycle) || len(cycle.Keys) != n+1 || cycle.Keys[0] != key(n-1) || cycle.Keys[n] != key(n-1) {
			t.Fatalf("%d: %v", n, err)
		}
		if n == 3 && err.Error() != "green: DAG: c needs a, which needs b, which needs c" {
			t.Error(err)
		}
		d.Set("x", 0)
		if err := d.Spawn(key(n-1), []string{"x", "x"}, sum); err != nil { // a mended one
			t.Fatal(err)
		}
		if v, err := d.Wait(key(0)); v != n || err != nil {
			t.Error(n, v, err)
		}
	}

	// What has a value, or failed, waits for nothing.
	var d green.DAG[string, int]
	boom := errors.New("boom")
	d.Spawn("b", nil, func(map[string]int) (int, error) { return 0, boom })
	if err := d.Spawn("a", []string{"b", "c"}, sum); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait("a"); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if err := d.Spawn("c", []string{"a"}, sum); err != nil {
		t.Error(err)
	}
	if _, err := d.Wait("c"); !errors.Is(err, boom) {
		t.Error(err)
	}
}

// TestTimeoutCalls: WithTimeout and its kin call f, in every mode.
func TestTimeoutCalls(t *testing.T) {
	if off() {
		t.Run("beside", timeoutBeside)
	}
	for name, with := range map[string]func(f func() error) error{
		"WithTimeout":  func(f func() error) error { return green.WithTimeout(time.Hour, f) },
		"WithDeadline": func(f func() error) error { return green.WithDeadline(time.Now().Add(time.Hour), f) },
		"WithContext":  func(f func() error) error { return green.WithContext(context.Background(), f) },
	} {
		called := false
		if err := with(func() error { called = true; return errWhy }); err != errWhy || !called {
			t.Errorf("%s: called %v, %v", name, called, err)
		}
		inGreen(func() {
			defer func() {
				if e, ok := recover().(*green.PanicError); !ok || e.Value != "boom" {
					t.Errorf("%s: no panic goes on: %v", name, e)
				}
			}()
			with(func() error { panic("boom") })
		})
	}
}

// timeoutBeside: f goes on, and the error says so.
func timeoutBeside(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(time.Millisecond, func() { cancel(errWhy) })
	for name, with := range map[string]func(f func() error) error{
		"WithTimeout":    func(f func() error) error { return green.WithTimeout(time.Millisecond, f) },
		"WithTimeout(0)": func(f func() error) error { return green.WithTimeout(0, f) },
		"WithDeadline":   func(f func() error) error { return green.WithDeadline(time.Now(), f) },
		"WithContext":    func(f func() error) error { return green.WithContext(ctx, f) },
	} {
		goOn, ended := make(chan bool), make(chan bool)
		err := with(func() error { <-goOn; close(ended); return nil })
		if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "goes on") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "WithContext" {
			if !errors.Is(err, errWhy) {
				t.Error(err)
			}
		} else if e := (*green.TimeoutError)(nil); !errors.As(err, &e) || !e.GoesOn || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		close(goOn)
		<-ended // it does go on
	}
}

// TestTimeoutErrorIs: both errors that say so.
func TestTimeoutErrorIs(t *testing.T) {
	err := error(&green.TimeoutError{After: time.Second})
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
