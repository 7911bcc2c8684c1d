// iter.Pull in many goroutines at once, nested, stopped early, from goroutines
// that take turns with one iterator.
package main

import (
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
)

func count(n int, ended *int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { *ended++ }()
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func zip[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		for v := range a {
			w, ok := next()
			if !ok || !yield(v, w) {
				return
			}
		}
	}
}

func main() {
	ended := 0
	next, stop := iter.Pull(count(3, &ended))
	for range 4 {
		fmt.Println(next())
	}
	stop()
	fmt.Println("ended", ended)
	next, stop = iter.Pull(count(3, &ended))
	stop() // before it began
	fmt.Println(next())
	next, stop = iter.Pull(count(3, &ended))
	next()
	stop()
	stop()
	fmt.Println(next())
	fmt.Println("ended", ended)

	// A tower of pulls.
	tower := zip(count(5, &ended), maps.Values(map[int]string{1: "one"}))
	for range 10 {
		inner := tower
		tower = func(yield func(int, string) bool) {
			next, stop := iter.Pull2(inner)
			defer stop()
			for {
				k, v, ok := next()
				if !ok || !yield(k+1, v) {
					return
				}
			}
		}
	}
	fmt.Println(maps.Collect(tower), "ended", ended)

	// Fifty goroutines pull and yield in between.
	var wg sync.WaitGroup
	sums := make([]int, 50)
	ends := make([]int, 50)
	for i := range sums {
		wg.Go(func() {
			next, stop := iter.Pull2(zip(count(20, &ends[i]), count(30, &ends[i])))
			defer stop()
			for {
				a, b, ok := next()
				if !ok {
					break
				}
				runtime.Gosched()
				sums[i] += a*b + i
			}
		})
	}
	wg.Wait()
	fmt.Println(slices.Min(sums), slices.Max(sums), slices.Min(ends), slices.Max(ends))

	// One iterator, whose callers take turns.
	next, stop = iter.Pull(count(6, &ended))
	var all []int
	turn, done := make(chan []int), make(chan bool)
	for range 3 {
		go func() {
			for seen := range turn {
				v, ok := next()
				if !ok {
					all = seen
					close(done)
					return
				}
				turn <- append(seen, v)
			}
		}()
	}
	turn <- nil
	for {
		select {
		case seen := <-turn:
			turn <- seen
			continue
		case <-done:
		}
		break
	}
	stop()
	fmt.Println(all)

	// Left without stop, in the middle.
	for range 100 {
		next, _ := iter.Pull(count(3, &ended))
		next()
	}
	runtime.GC()
}
