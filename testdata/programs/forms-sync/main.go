// Blocking functions and methods of std reached in every way: dot import,
// function values, embedding, promotion through pointers, sync.Locker.
package main

import (
	"fmt"
	. "sync"
	. "time"
)

type counter struct {
	Mutex
	n int
}

type table struct {
	*RWMutex
	WaitGroup
	m map[int]int
}

type latch struct {
	*Cond
	open bool
}

func with(l Locker, f func()) {
	l.Lock()
	defer l.Unlock()
	f()
}

var sleepers = map[string]func(Duration){"sleep": Sleep}

func main() {
	var c counter
	t := table{RWMutex: new(RWMutex), m: map[int]int{}}
	l := latch{Cond: NewCond(new(Mutex))}

	lock, unlock := c.Lock, c.Unlock
	for i := range 100 {
		t.Add(1)
		go func() {
			defer t.Done()
			l.L.Lock()
			for !l.open {
				l.Wait()
			}
			l.L.Unlock()
			switch i % 4 {
			case 0:
				c.Lock()
				c.n++
				c.Unlock()
			case 1:
				with(&c, func() { c.n++ })
			case 2:
				lock()
				n := c.n
				sleepers["sleep"](Microsecond)
				c.n = n + 1
				unlock()
			case 3:
				(*Mutex).Lock(&c.Mutex)
				defer (*Mutex).Unlock(&c.Mutex)
				c.n++
			}
			with(&t, func() { t.m[i] = len(t.m) })
			with(t.RLocker(), func() { _ = t.m[i] })
		}()
	}
	nap := Sleep
	nap(Millisecond)
	with(l.L, func() { l.open = true })
	l.Broadcast()
	t.WaitGroup.Wait()
	fmt.Println(c.n, len(t.m))

	after := After
	start := Now()
	<-after(Millisecond)
	tick := NewTicker(Millisecond)
	defer tick.Stop()
	<-tick.C
	fmt.Println(Since(start) >= Millisecond)
}
