// Tickers tick for ever, drop ticks for a slow receiver, leave none behind
// after Stop, and take a new period by Reset.
package main

import (
	"fmt"
	"time"
)

func main() {
	const d = 2 * time.Millisecond
	begin := time.Now()
	t := time.NewTicker(d)
	for range 5 {
		<-t.C
	}
	if time.Since(begin) < 5*d {
		fmt.Println("a tick before its time")
	}
	time.Sleep(20 * d) // many missed: one is there
	<-t.C
	fmt.Println(len(t.C), cap(t.C))
	time.Sleep(2 * d)
	t.Stop()
	select {
	case <-t.C:
		fmt.Println("tick after Stop")
	case <-time.After(5 * d):
		fmt.Println("stopped")
	}
	t.Reset(d)
	<-t.C
	t.Reset(time.Hour)
	select {
	case <-t.C:
		fmt.Println("tick of the old period")
	case <-time.After(5 * d):
		fmt.Println("reset")
	}

	n := 0
	for range time.Tick(d) {
		if n++; n == 3 {
			break
		}
	}
	// Two tickers and a goroutine that never stops yielding.
	a, b := time.NewTicker(d), time.NewTicker(3*d)
	var as, bs int
	for as < 5 || bs < 2 {
		select {
		case <-a.C:
			as++
		case <-b.C:
			bs++
		}
	}
	fmt.Println(n, as >= 5, bs >= 2)
	func() {
		defer func() { fmt.Println(recover()) }()
		time.NewTicker(0)
	}()
}
