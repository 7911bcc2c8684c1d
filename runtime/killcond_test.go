//go:build greenify

package green_test

import (
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	green "github.com/greenify-go/greenify/runtime"
)

// A gate is a lock of a program's own: any sync.Locker may be a condition's.
type gate chan bool

func (g gate) Lock()   { g <- true }
func (g gate) Unlock() { <-g }

// A far gate leaves the hub to lock.
type farGate struct{ m sync.Mutex }

func (g *farGate) Lock()   { green.Offload(g.m.Lock); runtime.Gosched() }
func (g *farGate) Unlock() { g.m.Unlock() }

// TestKillRelock: a thread that was killed while Cond.Wait locks c.L again unwinds with
// it locked. Interleaving: it has been signalled, somebody else has c.L, then the kill.
func TestKillRelock(t *testing.T) {
	var rw sync.RWMutex
	for _, c := range []struct {
		name, wait string
		l          sync.Locker
		other      sync.Locker // keeps l out
	}{
		{"mutex", "sync.Mutex.Lock", new(sync.Mutex), nil},
		{"rwmutex", "sync.Mutex.Lock", &rw, nil},
		{"rwmutex, behind a reader", "sync.RWMutex.Lock", &rw, rw.RLocker()},
		{"reader", "sync.RWMutex.RLock", rw.RLocker(), &rw},
		{"a lock of the program's", "chan send", make(gate, 1), nil},
		{"a lock in native work", "nothing", new(farGate), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.other == nil {
				c.other = c.l
			}
			cond := sync.NewCond(c.l)
			returned := false
			task := green.Spawn(func() (int, error) {
				c.l.Lock()
				defer c.l.Unlock() // fatal if it is not locked
				cond.Wait()
				returned = true
				return 1, nil
			})
			for !slices.Contains([]string{"sync.Cond.Wait"}, waitOf(task.ID())) {
				runtime.Gosched()
			}
			c.other.Lock()
			cond.Signal()
			settle()
			killIn(t, task, c.wait)
			select {
			case <-task.Done():
				t.Error("has ended without the lock")
			default:
			}
			c.other.Unlock()
			if _, err := task.Wait(); err != green.ErrKilled || returned {
				t.Errorf("%v, Wait returned %v", err, returned)
			}
			c.l.Lock() // it is free
			c.l.Unlock()
		})
	}
}

// A faultyLock panics when it is locked again.
type faultyLock struct {
	sync.Mutex
	times int
}

func (l *faultyLock) Lock() {
	if l.times++; l.times == 2 {
		panic("no more")
	}
	l.Mutex.Lock()
}

// TestKillBehindRelock: if c.L.Lock panics in Cond.Wait, the thread can be killed as ever.
func TestKillBehindRelock(t *testing.T) {
	c := sync.NewCond(new(faultyLock))
	task := green.Spawn(func() (int, error) {
		func() {
			defer func() { recover() }()
			c.L.Lock()
			c.Wait()
		}()
		select {}
	})
	settle()
	c.Signal()
	settle()
	killIn(t, task, "select (no cases)")
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
}

// condEntries returns how long the list of a condition's waiters is (sync.notifyList;
// the second word of a sudog is next).
func condEntries(c *sync.Cond) (n int) {
	head := unsafe.Pointer(reflect.ValueOf(c).Elem().FieldByName("notify").FieldByName("head").Pointer())
	for s := head; s != nil; s = *(*unsafe.Pointer)(unsafe.Add(s, unsafe.Sizeof(s))) {
		n++
	}
	return n
}

// TestKillCondList: waiters that were killed behind others leave no more entries in the
// list than there are waiters that live.
func TestKillCondList(t *testing.T) {
	var m sync.Mutex
	c := sync.NewCond(&m)
	woken := 0
	wait := func() *green.Task[int] {
		task := green.Spawn(func() (int, error) {
			m.Lock()
			defer m.Unlock()
			c.Wait()
			woken++
			return 0, nil
		})
		settle()
		return task
	}
	alive := []*green.Task[int]{wait()}
	for i := range 1000 {
		task := wait()
		if i%100 == 50 {
			alive = append(alive, wait())
		}
		task.Kill()
		task.Wait()
		if n := condEntries(c); n > 2*len(alive) {
			t.Fatalf("%d entries for %d waiters", n, len(alive))
		}
	}
	for i := range alive {
		c.Signal()
		settle()
		if woken != i+1 {
			t.Fatalf("%d signals woke %d", i+1, woken)
		}
	}
	if n := condEntries(c); n != 0 {
		t.Errorf("%d entries for nobody", n)
	}
	c.Signal() // for nobody
	next := wait()
	if c.Signal(); !ended(next) {
		t.Error("a signal was lost")
	}
}

// TestKillCondNative: a bounded buffer by two conditions, with one Signal for each
// change, native goroutines at both ends, and threads that wait at both and are killed.
// A signal that a killed thread swallows, or a lock that it unlocks without having it,
// ends that.
func TestKillCondNative(t *testing.T) {
	var m sync.Mutex
	var rw sync.RWMutex
	for _, l := range []struct {
		name string
		lock sync.Locker
	}{{"mutex", &m}, {"rwmutex", &rw}} {
		t.Run(l.name, func(t *testing.T) {
			const items = 4000
			lock := l.lock
			free, full := sync.NewCond(lock), sync.NewCond(lock)
			level, inside := 0, 0
			var put, got atomic.Int64
			enter := func() {
				if inside++; inside != 1 {
					t.Error("two have the lock")
				}
				inside--
			}
			produce := func() {
				lock.Lock()
				defer lock.Unlock()
				for level == 2 {
					free.Wait()
					enter()
				}
				level++
				put.Add(1)
				full.Signal()
			}
			consume := func() {
				lock.Lock()
				defer lock.Unlock()
				for level == 0 {
					full.Wait()
					enter()
				}
				level--
				got.Add(1)
				free.Signal()
			}
			var all sync.WaitGroup
			for range 2 {
				for _, f := range []func(){produce, consume} {
					all.Add(2)
					go inNative(func() {
						defer all.Done()
						for range items {
							f()
						}
					})
					go func() {
						defer all.Done()
						for range items {
							f()
						}
					}()
				}
			}
			finished := make(chan bool)
			go func() { all.Wait(); close(finished) }()
			// A waiter who was signalled and is killed passes the signal on, as any
			// code with Signal must: it broadcasts.
			over := false
			for i := 0; !over; i++ {
				c := []*sync.Cond{free, full}[i%2]
				task := green.Spawn(func() (int, error) {
					lock.Lock()
					defer lock.Unlock()
					defer c.Broadcast()
					c.Wait()
					enter()
					return 1, nil
				})
				for range i % 5 {
					runtime.Gosched()
				}
				task.Kill()
				select {
				case <-finished:
					over = true
				case <-task.Done():
				case <-time.After(time.Minute):
					t.Fatalf("stuck: level %d, put %d, got %d", level, put.Load(), got.Load())
				}
			}
			if level != 0 || put.Load() != got.Load() {
				t.Errorf("level %d, put %d, got %d", level, put.Load(), got.Load())
			}
		})
	}
}
