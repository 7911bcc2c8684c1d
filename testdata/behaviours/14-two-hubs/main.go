// A program has one hub, so two hubs are two processes, one beside the other: the
// program runs itself twice, with a hub and as plain Go, and speaks to both by turns.
// None of them stops the other or knows the other's threads. What looks like a second
// hub is none: a package patched in source and goroutines of go statements share
// the one of a whole-program build.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"behaviours/14-two-hubs/patched"
	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

func main() {
	if len(os.Args) > 1 {
		child()
		return
	}
	oneHub()

	// Threads of this hub that go on all the time.
	stop := make(chan bool)
	var parked sync.WaitGroup
	for range 50 {
		parked.Go(func() { <-stop })
	}
	var order []string
	ticks := check.Ticks(func() {
		a, b := start("GREENIFY="), start("GREENIFY=off")
		for n := range 3 {
			order = append(order, a.ask(n), b.ask(n))
		}
		a.end()
		b.end()
	})
	check.That(ticks > 0, "ticks of this hub meanwhile: %d", ticks)
	want := []string{
		"0 hub true threads 3", "0 hub false threads 0",
		"1 hub true threads 3", "1 hub false threads 0",
		"2 hub true threads 3", "2 hub false threads 0",
	}
	check.That(slices.Equal(order, want), "by turns: %q", order)
	check.That(green.ReadStats().Alive > 50, "threads of this hub: %d", green.ReadStats().Alive)
	close(stop)
	parked.Wait()
}

// A process is another one that answers lines.
type process struct {
	cmd   *exec.Cmd
	lines *bufio.Reader
	write func(string)
	end   func()
}

func start(env string) process {
	cmd := exec.Command(os.Args[0], "child")
	cmd.Env = append(os.Environ(), env)
	cmd.Stderr = os.Stderr
	in := check.Must1(cmd.StdinPipe())
	out := check.Must1(cmd.StdoutPipe())
	check.Must(cmd.Start())
	return process{cmd, bufio.NewReader(out),
		func(s string) { check.Must1(fmt.Fprintln(in, s)) },
		func() {
			in.Close()
			check.Must(cmd.Wait())
		}}
}

func (p process) ask(n int) string {
	p.write(fmt.Sprint(n))
	line := check.Must1(p.lines.ReadString('\n'))
	return strings.TrimSuffix(line, "\n")
}

// child answers each line with what it knows of its own hub. Two more threads sleep.
func child() {
	for range 2 {
		go func() { time.Sleep(time.Hour) }()
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		time.Sleep(20 * time.Millisecond)
		fmt.Println(lines.Text(), "hub", green.InHub(), "threads", len(green.Threads()))
	}
}

// oneHub runs threads of go statements and of a package patched in source.
func oneHub() {
	const threads, each = 5, 200
	before := green.ReadStats().Spawned
	var wg sync.WaitGroup
	n, sink, inHub := 0, 0, true
	step := func() {
		old := n
		for k := range 2_000 {
			sink += k
		}
		n = old + 1
		inHub = inHub && green.InHub()
	}
	for range threads {
		patched.Count(&wg, each, step)
		wg.Go(func() {
			for range each {
				step()
			}
		})
	}
	wg.Wait()
	check.That(inHub, "all are in the hub")
	check.Equal("updates without a lock", n, 2*threads*each)
	check.Equal("threads of one hub", green.ReadStats().Spawned-before, 2*threads)

	in, out := make(chan int), make(chan int)
	patched.Pass(in, out)
	go func() {
		for i := range each {
			in <- i
		}
		close(in)
	}()
	sum := 0
	for v := range out {
		sum += v
	}
	check.Equal("passed on", sum, each*(each-1)/2)
}
