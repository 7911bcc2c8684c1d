package corrected

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// Channels, contexts and timers.

// Who sends leaves when the one that reads has.
func TestCockroach10790(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ch := make(chan int)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			select {
			case ch <- i:
			case <-ctx.Done():
			}
		})
	}
	go cancel()
	for range 3 {
		select {
		case <-ch:
			continue
		case <-ctx.Done():
		}
		break
	}
	wg.Wait()
}

// The transaction is rolled back, which cancels what awaits its end. (Cockroach13755 does the
// same with the rows of a query.)
func TestCockroach13197(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
	}()
	cancel()
	<-done
}

// An event is sent, or the stopper is seen, on both sides.
func TestCockroach1462(t *testing.T) {
	stopper := make(chan struct{})
	events := make(chan int)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			select {
			case events <- i:
			case <-stopper:
			}
		})
	}
	wg.Go(func() {
		for {
			select {
			case <-events:
			case <-stopper:
				return
			}
		}
	})
	close(stopper)
	wg.Wait()
}

// The senders see that the context is done.
func TestCockroach18101(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan bool, 6)
	go func() {
		defer close(ready)
		for range 8 {
			select {
			case ready <- true:
			case <-ctx.Done():
				return
			}
		}
	}()
	go cancel()
	for range ready {
		if ctx.Err() != nil {
			return
		}
	}
}

// The callback does not wait for the loop that waits for who runs it.
func TestCockroach2448(t *testing.T) {
	events, callbacks := make(chan int), make(chan func())
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // the loop
		pending := []int{1, 2, 3}
		for {
			var out chan int
			var next int
			if len(pending) > 0 {
				out, next = events, pending[0]
			}
			select {
			case out <- next:
				pending = pending[1:]
			case f := <-callbacks:
				f()
			case <-stop:
				return
			}
		}
	})
	wg.Go(func() { // the store
		n := 0
		for range 3 {
			<-events
			ran := make(chan struct{})
			callbacks <- func() { n++; close(ran) }
			<-ran
		}
		close(stop)
		if n != 3 {
			t.Error(n)
		}
	})
	wg.Wait()
}

// A suggestion that finds the channel full is dropped: one is enough.
func TestCockroach24808(t *testing.T) {
	suggestions := make(chan struct{}, 1)
	stopper := make(chan struct{})
	suggest := func() {
		select {
		case suggestions <- struct{}{}:
		default:
		}
	}
	suggest()
	suggest()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-suggestions:
			case <-stopper:
				return
			}
		}
	})
	close(stopper)
	wg.Wait()
}

// Whether the store drains is looked at, not waited for.
func TestCockroach25456(t *testing.T) {
	quiescer := make(chan struct{})
	draining := func() bool {
		select {
		case <-quiescer:
			return true
		default:
			return false
		}
	}
	go close(quiescer)
	draining()
	<-quiescer
	if !draining() {
		t.Error("not draining")
	}
}

// The outbox drains what it has when it fails at its start.
func TestCockroach35073(t *testing.T) {
	rows := make(chan int, 2)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(rows)
		for i := range 5 {
			rows <- i
		}
	})
	wg.Go(func() {
		for range rows {
		}
	})
	wg.Wait()
}

// The canceller tells each stream in a thread of its own.
func TestCockroach35931(t *testing.T) {
	left, right := make(chan int, 1), make(chan int, 1)
	left <- 1
	var wg sync.WaitGroup
	for _, c := range []chan int{left, right} {
		wg.Go(func() { c <- 0 })
	}
	<-right
	<-left
	<-left
	wg.Wait()
}

// The status is sent, or the node is seen to have stopped.
func TestEtcd6857(t *testing.T) {
	status, stop, done := make(chan chan int), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case c := <-status:
				c <- 1
			case <-stop:
				return
			}
		}
	}()
	ask := func() (int, bool) {
		c := make(chan int)
		select {
		case status <- c:
			return <-c, true
		case <-done:
			return 0, false
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if v, ok := ask(); ok && v != 1 {
			t.Error(v)
		}
	})
	close(stop)
	wg.Wait()
	<-done
}

// The channel is sent to without the lock. (Etcd6873 and Kubernetes26980 are of this kind.)
func TestEtcd7492(t *testing.T) {
	var mu sync.Mutex
	keys := map[int]bool{}
	add := make(chan int)
	stop := make(chan struct{})
	var wg, keeper sync.WaitGroup
	keeper.Go(func() {
		for {
			select {
			case k := <-add:
				mu.Lock()
				keys[k] = true
				mu.Unlock()
			case <-stop:
				return
			}
		}
	})
	for i := range 3 {
		wg.Go(func() {
			mu.Lock()
			known := keys[i]
			mu.Unlock()
			if !known {
				add <- i
			}
		})
	}
	wg.Wait()
	close(stop)
	keeper.Wait()
}

// Nobody holds the lock around release, which waits for the leader.
func TestEtcd7902(t *testing.T) {
	const rounds = 2
	var mu sync.Mutex
	finished := 0
	next := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			for range rounds {
				mu.Lock()
				finished++
				last := finished == 3*rounds
				mu.Unlock()
				if i == 0 && last {
					break
				}
			}
			if i == 0 {
				close(next)
			}
			<-next
		})
	}
	wg.Wait()
}

// CloseStream sends the message that the reader waits for.
func TestGrpc1275(t *testing.T) {
	recv := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-recv
	}()
	recv <- errors.New("the stream is closed")
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Error("still there")
	}
}

// The channel has room for the result that nobody may want. (Grpc1424, Kubernetes5316 and
// Moby33781 are of this kind.)
func TestGrpc660(t *testing.T) {
	done := make(chan error, 1)
	go func() { done <- nil }()
	select {
	case <-done:
	case <-time.After(time.Millisecond):
	}
}

// The connection is closed on the path of the error, too, which ends what resets it.
func TestGrpc862(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}()
	time.Sleep(10 * time.Millisecond)
	cancel()
	<-done
}

// The stop function waits for the end without the lock that the end needs.
func TestIstio16224(t *testing.T) {
	var mu sync.Mutex
	events := make(chan int, 1)
	closed := false
	var wg sync.WaitGroup
	wg.Go(func() {
		for range events {
			mu.Lock()
			mu.Unlock()
		}
	})
	for i := range 3 {
		mu.Lock()
		ok := !closed
		mu.Unlock()
		if ok {
			events <- i
		}
	}
	mu.Lock()
	closed = true
	mu.Unlock()
	close(events)
	wg.Wait()
}

// The status has room for each of the processes that may end.
func TestIstio17860(t *testing.T) {
	status := make(chan int, 2)
	ctx, cancel := context.WithCancel(context.Background())
	for i := range 2 {
		go func() { status <- i }()
	}
	go cancel()
	select {
	case <-status:
	case <-ctx.Done():
	}
}

// The timer is stopped by one thread, which takes what it had sent.
func TestIstio18454(t *testing.T) {
	timer := time.NewTimer(time.Millisecond)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-timer.C:
				timer.Reset(time.Millisecond)
			case <-stop:
				timer.Stop()
				return
			}
		}
	}()
	time.Sleep(5 * time.Millisecond)
	close(stop)
	<-done
}

// The status is given to the channel behind Unlock.
func TestKubernetes10182(t *testing.T) {
	var mu sync.RWMutex
	statuses := map[int]int{}
	ch := make(chan int)
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			mu.Lock()
			statuses[i] = i
			mu.Unlock()
			ch <- i
		})
	}
	for range 2 {
		i := <-ch
		mu.Lock()
		delete(statuses, i)
		mu.Unlock()
	}
	wg.Wait()
}

// A second channel ends the sending, and no lock is needed to close it.
func TestKubernetes1321(t *testing.T) {
	var mu sync.Mutex
	result, stopped := make(chan int), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		for i := range 3 {
			select {
			case result <- i:
			case <-stopped:
				return
			}
		}
	})
	wg.Go(func() {
		select {
		case <-result:
		case <-stopped:
		}
		close(stopped)
		mu.Lock()
		mu.Unlock()
	})
	wg.Wait()
}

// The error is sent, or the watch is seen to be over.
func TestKubernetes25331(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	errs := make(chan error)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case errs <- errors.New("closed"):
		case <-ctx.Done():
		}
	}()
	cancel()
	<-done
}

// The frame handler asks for a reset without the lock.
func TestKubernetes6632(t *testing.T) {
	var mu sync.Mutex
	closed := false
	reset, done := make(chan struct{}, 1), make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			mu.Lock()
			c := closed
			mu.Unlock()
			if c {
				return
			}
			select {
			case reset <- struct{}{}:
			case <-done:
			}
		})
	}
	wg.Go(func() {
		<-reset
		mu.Lock()
		closed = true
		mu.Unlock()
		close(done)
	})
	wg.Wait()
}

// The poller ends when what it polls for is done.
func TestKubernetes70277(t *testing.T) {
	poll := func(done <-chan struct{}) <-chan struct{} {
		ch := make(chan struct{})
		go func() {
			defer close(ch)
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			after := time.NewTimer(time.Minute)
			defer after.Stop()
			for {
				select {
				case <-tick.C:
					select {
					case ch <- struct{}{}:
					default:
					}
				case <-after.C:
					return
				case <-done:
					return
				}
			}
		}()
		return ch
	}
	done := make(chan struct{})
	ticks := poll(done)
	<-ticks
	close(done)
	for range ticks {
	}
}

// The progress is read to its end, whatever was in it.
func TestMoby21233(t *testing.T) {
	updates := make(chan int, 1)
	go func() {
		defer close(updates)
		for i := range 5 {
			select {
			case <-updates: // the one before was not read yet
			default:
			}
			updates <- i
		}
	}()
	last := -1
	for v := range updates {
		if v <= last {
			t.Error(v, "behind", last)
		}
		last = v
	}
}

// The monitor is told to stop without the lock that its probe needs.
func TestMoby28462(t *testing.T) {
	var mu sync.Mutex
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Second):
				mu.Lock()
				mu.Unlock()
			}
		}
	}()
	time.Sleep(5 * time.Second)
	mu.Lock()
	mu.Unlock()
	close(stop)
	<-done
}

// The breaker's slots are given back by who had one, and asked for without a lock.
func TestServing2137(t *testing.T) {
	slots := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			slots <- struct{}{}
			<-slots
		})
	}
	wg.Wait()
}

// The dispatcher is waited for by who is not called by it.
func TestSyncthing5795(t *testing.T) {
	inbox, closed, stopped := make(chan int), make(chan struct{}), make(chan struct{})
	var once sync.Once
	go func() {
		defer close(stopped)
		for {
			select {
			case <-inbox:
			case <-closed:
				return
			}
		}
	}()
	stop := func() {
		once.Do(func() { close(closed) })
		<-stopped
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case inbox <- 1:
		case <-closed:
		}
	})
	wg.Go(stop)
	stop()
	wg.Wait()
}
