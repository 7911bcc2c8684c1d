// A wake-up reaches the wait it is meant for and no later one: of a select whose
// other cases become ready as well, of a timer that was stopped, of a sleep that was
// cut by a kill. (eventlet's select woke an unrelated wait with a wrong value.)
package main

import (
	"context"
	"os"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

const nap = 20 * time.Millisecond

func main() {
	// Two pipes are readable at once. The select sees one, then the thread waits for
	// something else.
	type read struct {
		from int
		data byte
	}
	var reads [2]chan read
	for i := range reads {
		r, w, err := os.Pipe()
		check.Must(err)
		reads[i] = make(chan read)
		go func() {
			b := make([]byte, 1)
			check.Must1(r.Read(b))
			reads[i] <- read{i, b[0]}
		}()
		check.Must1(w.Write([]byte{byte(i)}))
	}
	check.Parked("chan send", 2)
	var first read
	select {
	case first = <-reads[0]:
	case first = <-reads[1]:
	}
	event := make(chan string)
	begin := time.Now()
	go func() { time.Sleep(nap); event <- "event" }()
	check.Equal("the event", <-event, "event")
	check.That(time.Since(begin) >= nap, "not before it was sent")
	other := <-reads[1-first.from]
	check.That(first.data == byte(first.from) && other == read{1 - first.from, byte(1 - first.from)}, "the other is not lost: %v", other)

	// Both cases are sent to a parked select at the same moment.
	for range 1000 {
		a, b, ready := make(chan int), make(chan int), make(chan bool)
		go func() {
			got, from := 0, a
			select {
			case got = <-a:
				from = b
			case got = <-b:
			}
			other, ok := <-from
			if !ok || got+other != 3 {
				check.That(false, "a select and the wait behind it: %d, %d %v", got, other, ok)
			}
			ready <- true
		}()
		go func() { a <- 1 }()
		go func() { b <- 2 }()
		<-ready
	}
	check.That(true, "a select and the wait behind it, 1000 times")

	// A timer and a context that are stopped, then another wait.
	for range 100 {
		timer := time.NewTimer(time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		c := make(chan int)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		cancel()
		go func() { time.Sleep(time.Millisecond); c <- 5 }()
		if v, ok := <-c; v != 5 || !ok {
			check.That(false, "a wait behind a stopped timer: %d, %v", v, ok)
		}
	}
	check.That(true, "a wait behind a stopped timer, 100 times")
	if !green.Enabled() {
		return
	}

	// A sleep that was cut: its time comes while the thread waits for something else.
	c := make(chan int)
	result := make(chan [2]int, 1)
	task := green.Spawn(func() (int, error) {
		defer func() {
			v, ok := <-c
			result <- [2]int{v, map[bool]int{true: 1}[ok]}
		}()
		time.Sleep(nap)
		return 0, nil
	})
	check.Parked("sleep", 1)
	check.Must(task.Kill())
	time.Sleep(5 * nap)
	go func() { c <- 9 }()
	check.Equal("the wait behind a sleep that was cut", check.Within("it ends", result), [2]int{9, 1})
}
