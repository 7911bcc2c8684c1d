// Timers as since Go 1.23: their channel has no buffer to be seen, and after
// Stop or Reset no stale value comes.
package main

import (
	"fmt"
	"time"

	"programs/internal/parked"
)

const short, long = time.Millisecond, time.Hour

func main() {
	t := time.NewTimer(short)
	time.Sleep(20 * short)
	fmt.Println("len, cap after it is due:", len(t.C), cap(t.C))
	fmt.Println("stopped:", t.Stop())
	show := func(what string) {
		select {
		case <-t.C:
			fmt.Println(what, "value")
		default:
			fmt.Println(what, "nothing")
		}
	}
	show("after Stop:")
	fmt.Println("again:", t.Stop())

	t.Reset(short)
	time.Sleep(20 * short)
	reset := time.Now()
	fmt.Println("reset when due:", t.Reset(short))
	if v := <-t.C; v.Before(reset.Add(short)) {
		fmt.Println("stale value")
	}
	show("one value only:")
	fmt.Println("after it was received:", t.Stop(), t.Reset(long), t.Stop())

	// One goroutine waits, another moves the time.
	t.Reset(long)
	done := make(chan bool)
	go func() {
		<-t.C
		close(done)
	}()
	parked.Wait("chan receive", 1)
	fmt.Println("moved:", t.Reset(short))
	<-done
	t.Reset(long)
	done = make(chan bool)
	go func() {
		select {
		case <-t.C:
			done <- false
		case <-done:
			done <- true
		}
	}()
	parked.Wait("select", 1)
	fmt.Println("stopped:", t.Stop())
	time.Sleep(5 * short)
	done <- true
	fmt.Println("no value came:", <-done)

	// Each value goes to one of several receivers.
	t = time.NewTimer(short)
	got := make(chan bool, 3)
	for range 3 {
		go func() { <-t.C; got <- true }()
	}
	for range 3 {
		<-got
		t.Reset(short)
	}
	fmt.Println("three served")

	select {
	case <-time.After(long):
	case <-time.After(short):
		fmt.Println("the earlier")
	}
	fmt.Println((<-time.After(-1)).IsZero())
	func() {
		defer func() { fmt.Println(recover()) }()
		new(time.Timer).Stop()
	}()
}
