// Profiles and traces of a running program: CPU, goroutines with their own
// frames and labels, block and mutex, execution trace.
package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync"
	"time"

	"programs/internal/parked"
)

//go:noinline
func waitsHere(c chan int) { <-c }

//go:noinline
func burn(until time.Time) (n int) {
	for time.Now().Before(until) {
		n++
	}
	return n
}

func main() {
	var cpu, tr bytes.Buffer
	check(pprof.StartCPUProfile(&cpu))
	check(trace.Start(&tr))
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	c := make(chan int)
	pprof.Do(context.Background(), pprof.Labels("job", "special"), func(context.Context) {
		for range 5 {
			go waitsHere(c) // inherits the label
		}
	})
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 20 {
				mu.Lock()
				trace.WithRegion(context.Background(), "region", runtime.Gosched)
				mu.Unlock()
			}
		})
	}
	burn(time.Now().Add(100 * time.Millisecond))
	wg.Wait()
	parked.Wait("chan receive", 5)

	show := func(name string, wanted ...string) {
		var b bytes.Buffer
		check(pprof.Lookup(name).WriteTo(&b, 1))
		for _, w := range wanted {
			fmt.Println(name, w, strings.Contains(b.String(), w))
		}
	}
	show("goroutine", "main.waitsHere", `"job":"special"`, "5 @")
	show("mutex", "main.main.func")
	show("block", "sync.(*Mutex).Lock")
	close(c)
	trace.Stop()
	pprof.StopCPUProfile()
	fmt.Println(tr.Len() > 1000, bytes.HasPrefix(tr.Bytes(), []byte("go 1.")))
	fmt.Println(cpu.Len() > 100)
	trace.Start(&tr) // again, while nothing else goes on
	trace.Stop()
	var stacks bytes.Buffer
	check(pprof.Lookup("goroutine").WriteTo(&stacks, 2))
	fmt.Println(strings.Contains(stacks.String(), "goroutine 1 [running]"))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
