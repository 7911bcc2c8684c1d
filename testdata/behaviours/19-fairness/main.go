// Two threads that do nothing but yield do not keep others from what they wait for:
// a timer, a pipe that another process writes to, each other. One that computes for ever
// has a second before it is cut, and then a slice at a time.
//
// patched-stderr: ^greenify: thread \d+ computed for
package main

import (
	"bufio"
	"os/exec"
	"runtime"
	"sync/atomic"
	"time"

	"behaviours/internal/check"
)

func main() {
	cmd := exec.Command("sh", "-c", "sleep 0.05; echo line")
	out := check.Must1(cmd.StdoutPipe())
	check.Must(cmd.Start())

	var timer, line atomic.Bool
	var yields [2]int
	go func() {
		time.Sleep(20 * time.Millisecond)
		timer.Store(true)
	}()
	go func() {
		s := bufio.NewScanner(out)
		line.Store(s.Scan() && s.Text() == "line")
	}()
	done := make(chan bool)
	end := time.Now().Add(check.Limit)
	for i := range yields {
		go func() {
			for !(timer.Load() && line.Load()) && time.Now().Before(end) {
				runtime.Gosched()
				yields[i]++
			}
			done <- true
		}()
	}
	<-done
	<-done
	check.That(timer.Load(), "the timer had its turn")
	check.That(line.Load(), "the reader had its turn")
	check.That(yields[0] > 0 && yields[1] > 0, "both yielded: %v", yields)
	check.Must(cmd.Wait())

	// Each sleep ends behind a slice of 10 ms of the loop. If the loop had a second each
	// time, they would take twice the limit.
	go func() {
		for {
		}
	}()
	slept := make(chan bool)
	go func() {
		for range 2 * int(check.Limit/time.Second) {
			time.Sleep(time.Millisecond)
		}
		slept <- true
	}()
	check.That(check.Within("sleeps beside a loop", slept), "who sleeps beside a loop without an end has its turns")
}
