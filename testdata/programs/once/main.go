// Once runs its function once while all others wait until it is over, also when
// it panics; OnceValue panics for everyone with the same value. Interleaving:
// all callers are parked while the first is within.
package main

import (
	"fmt"
	"sync"

	"programs/internal/parked"
)

func main() {
	var once sync.Once
	var wg sync.WaitGroup
	calls, done := 0, 0
	inside, leave := make(chan bool), make(chan bool)
	for range 10 {
		wg.Go(func() {
			once.Do(func() {
				calls++
				inside <- true
				<-leave
				done = 1
			})
			if done != 1 {
				panic("Do returned before its function")
			}
		})
	}
	<-inside
	parked.Wait("sync.Mutex.Lock", 9)
	leave <- true
	wg.Wait()
	fmt.Println(calls)

	var fails sync.Once
	for i := range 3 {
		func() {
			defer func() { fmt.Println(i, recover()) }()
			fails.Do(func() { panic("once") })
		}()
	}

	n := 0
	value := sync.OnceValue(func() int { n++; <-leave; panic(fmt.Sprint("value ", n)) })
	recovered := make(chan any, 3)
	for range 3 {
		wg.Go(func() {
			defer func() { recovered <- recover() }()
			value()
		})
	}
	parked.Wait("sync.Mutex.Lock", 2)
	leave <- true
	wg.Wait()
	fmt.Println(<-recovered, <-recovered, <-recovered, n)

	a, b := sync.OnceValues(func() (string, error) { return "both", nil })()
	fmt.Println(a, b)
}
