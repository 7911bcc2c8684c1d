// Two threads that do nothing but yield do not keep others from what they wait for:
// a timer, a pipe that another process writes to, each other.
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
}
