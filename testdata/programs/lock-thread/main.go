// Goroutines locked to their threads exchange values with others and with each
// other, keep their thread over every wait, and may end while locked.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func main() {
	const rounds = 500
	ping, pong := make(chan int), make(chan int)
	moved := make(chan int, 10)
	locked := func(f func()) func() {
		return func() {
			runtime.LockOSThread()
			id := syscall.Gettid()
			f()
			if syscall.Gettid() != id {
				moved <- id
			}
		}
	}
	var wg sync.WaitGroup
	sum := 0
	// Unlocked with locked, locked with locked.
	player := func() {
		for v := range ping {
			pong <- v + 1
		}
	}
	driver := func() {
		for i := range rounds {
			ping <- i
			sum += <-pong
		}
	}
	for _, pair := range [][2]func(){{player, locked(driver)}, {locked(player), driver}, {locked(player), locked(driver)}} {
		ping = make(chan int)
		go pair[0]()
		wg.Go(pair[1])
		wg.Wait()
		close(ping)
	}
	fmt.Println(sum)

	// Every kind of wait, while another goroutine runs all the time.
	stop := false
	go func() {
		for !stop {
			runtime.Gosched()
		}
	}()
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	wg.Go(locked(func() {
		defer runtime.UnlockOSThread()
		time.Sleep(time.Millisecond)
		runtime.Gosched()
		mu.Lock()
		cond.Wait()
		mu.Unlock()
		select {
		case <-time.After(time.Millisecond):
		case <-make(chan int):
		}
	}))
	runtime.LockOSThread() // main, while all this goes on
	id := syscall.Gettid()
	for waiting := true; waiting; {
		time.Sleep(time.Millisecond)
		mu.Lock()
		cond.Signal()
		mu.Unlock()
		done := make(chan bool)
		go func() { wg.Wait(); close(done) }()
		select {
		case <-done:
			waiting = false
		case <-time.After(time.Millisecond):
		}
	}
	fmt.Println("main's thread is the same:", id == syscall.Gettid())
	runtime.UnlockOSThread()
	stop = true
	fmt.Println("moved:", len(moved))
}
