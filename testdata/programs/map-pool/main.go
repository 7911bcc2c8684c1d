// sync.Map and sync.Pool from many goroutines that wait within: one winner per
// key, nothing lost, nothing shared.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var m sync.Map
	var wg sync.WaitGroup
	var winners, deleted atomic.Int32
	for range 50 {
		wg.Go(func() {
			for k := range 40 {
				if _, loaded := m.LoadOrStore(k, new(atomic.Int32)); !loaded {
					winners.Add(1)
				}
				v, _ := m.Load(k)
				v.(*atomic.Int32).Add(1)
				if k%10 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	sum := int32(0)
	for _, v := range m.Range {
		sum += v.(*atomic.Int32).Load()
	}
	fmt.Println(winners.Load(), sum)
	for range 10 {
		wg.Go(func() {
			for k := range 40 {
				if _, ok := m.LoadAndDelete(k); ok {
					deleted.Add(1)
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	fmt.Println(deleted.Load())

	pool := sync.Pool{New: func() any { return new([8]int) }}
	var shared atomic.Int32
	for i := range 50 {
		wg.Go(func() {
			for j := range 20 {
				b := pool.Get().(*[8]int)
				b[0] = i
				if j%7 == 0 {
					time.Sleep(time.Microsecond)
				}
				runtime.Gosched()
				if b[0] != i {
					shared.Add(1)
				}
				pool.Put(b)
				if i == 0 {
					runtime.GC()
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(shared.Load())
}
