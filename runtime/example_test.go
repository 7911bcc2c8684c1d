package green_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// The examples run in native goroutines, which package testing starts, and as green
// threads (greenify test): the output is the same.

func ExampleSpawn() {
	task := green.Spawn(func() (int, error) {
		green.Sleep(time.Millisecond)
		return 42, nil
	})
	fmt.Println(task.Wait())
	// Output: 42 <nil>
}

func ExampleHandle_Kill() {
	task := green.Spawn(func() (int, error) {
		defer fmt.Println("cleaned up")
		for {
			green.Sleep(time.Millisecond)
		}
	})
	green.Sleep(5 * time.Millisecond)
	task.Kill() // the error says if it has to wait, or cannot be
	_, err := task.Wait()
	fmt.Println(err == green.ErrKilled)
	// Output:
	// cleaned up
	// true
}

func ExampleTask_WaitContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	var answer green.Event[string]
	task := green.Spawn(answer.Wait)

	_, err := task.WaitContext(ctx) // the task goes on
	fmt.Println(err)

	answer.Send("late")
	fmt.Println(task.Wait())
	// Output:
	// context deadline exceeded
	// late <nil>
}

func ExampleWithTimeout() {
	err := green.WithTimeout(5*time.Millisecond, func() error {
		for range 1_000_000 {
			green.Sleep(time.Millisecond)
		}
		return nil
	})
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded))
	fmt.Println(green.WithTimeout(time.Minute, func() error { return nil }))
	// Output:
	// true true
	// <nil>
}

func ExampleWithContext() {
	errStop := errors.New("stopped by hand")
	ctx, stop := context.WithCancelCause(context.Background())
	err := green.WithContext(ctx, func() error { // what takes no context
		stop(errStop)
		for range 1_000_000 {
			green.Sleep(time.Millisecond)
		}
		return nil
	})
	fmt.Println(errors.Is(err, errStop))
	// Output: true
}

func ExamplePool() {
	pool := green.NewPool(2)
	var running, most, done atomic.Int32
	for range 10 {
		pool.Go(func() { // waits for room
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			green.Sleep(time.Millisecond)
			done.Add(1)
		})
	}
	pool.Wait()
	fmt.Println(done.Load(), "done,", most.Load() <= 2)
	// Output: 10 done, true
}

func ExampleMap() {
	pool := green.NewPool(3)
	square := func(n int) (int, error) {
		green.Sleep(time.Duration(5-n) * time.Millisecond) // the first is the last to end
		return n * n, nil
	}
	for n, err := range green.Map(pool, slices.Values([]int{1, 2, 3, 4}), square) {
		fmt.Println(n, err)
	}
	// Output:
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
	// 16 <nil>
}

func ExamplePile() {
	pile := green.NewPile[string](green.NewPool(2))
	for _, name := range []string{"a", "b", "c"} {
		pile.Spawn(func() (string, error) {
			if name == "b" {
				return "", errors.New("no b")
			}
			return name, nil
		})
	}
	for v, err := range pile.All() { // in the order in which they were spawned
		fmt.Printf("%q %v\n", v, err)
	}
	// Output:
	// "a" <nil>
	// "" no b
	// "c" <nil>
}

func ExampleQueue() {
	q := green.NewPriorityQueue(-1, func(a, b int) bool { return a < b })
	for _, n := range []int{3, 1, 2} {
		q.Put(n)
	}
	q.Close()
	for n := range q.All() {
		fmt.Println(n)
		q.TaskDone()
	}
	q.Join()
	fmt.Println(q.Put(4))
	// Output:
	// 1
	// 2
	// 3
	// green: queue closed
}

func ExampleQueue_GetContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	q := green.NewQueue[int](1)
	_, err := q.GetContext(ctx)
	fmt.Println(err)
	// Output: context deadline exceeded
}

func ExampleEvent() {
	var ready green.Event[string]
	listeners := green.NewPile[string](green.NewPool(2))
	for range 2 {
		listeners.Spawn(ready.Wait)
	}
	fmt.Println(ready.Send("up"), ready.Send("again"))
	for v, err := range listeners.All() {
		fmt.Println(v, err)
	}
	// Output:
	// true false
	// up <nil>
	// up <nil>
}

func ExampleSemaphore() {
	seats := green.NewSemaphore(3)
	seats.Acquire(2)
	fmt.Println(seats.Free(), seats.TryAcquire(2))

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(seats.AcquireContext(ctx, 2))

	seats.Release(2)
	fmt.Println(seats.Free())
	// Output:
	// 1 false
	// context deadline exceeded
	// 3
}

func ExampleDAG() {
	var build green.DAG[string, string]
	link := func(in map[string]string) (string, error) { return in["main"] + "+" + in["lib"], nil }
	compile := func(name string) func(map[string]string) (string, error) {
		return func(map[string]string) (string, error) { return name + ".o", nil }
	}
	build.Spawn("program", []string{"main", "lib"}, link)
	build.Spawn("main", nil, compile("main"))
	build.Spawn("lib", nil, compile("lib"))
	fmt.Println(build.Wait("program"))
	fmt.Println(build.Spawn("self", []string{"self"}, link))
	// Output:
	// main.o+lib.o <nil>
	// green: DAG: self needs self
}

var user = green.Inherited[string]()

func ExampleLocal() {
	greet := func() (string, error) {
		name, _ := user.Get()
		return "hello " + name, nil
	}
	user.With("ann", func() {
		task := green.Spawn(greet) // inherits the value
		user.Set("ben")            // the task does not see that
		fmt.Println(task.Wait())
		fmt.Println(greet())
	})
	_, ok := user.Get()
	fmt.Println(ok)
	// Output:
	// hello ann <nil>
	// hello ben <nil>
	// false
}

func ExampleOffload() {
	sum := 0
	green.Offload(func() { // other green threads run meanwhile
		for n := range 1_000_000 {
			sum += n
		}
	})
	fmt.Println(sum)
	// Output: 499999500000
}

func ExampleOffloadPool_DoContext() {
	library := green.NewOffloadPool(4) // allows four callers
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sum := 0
	err := library.DoContext(ctx, func() { // a minute for one of the four to be free
		for n := range 1_000 {
			sum += n
		}
	})
	fmt.Println(sum, err)
	// Output: 499500 <nil>
}

func ExampleMapContext() {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	counts := func(yield func(int) bool) {
		for n := 0; yield(n); n++ {
		}
	}
	square := func(n int) (int, error) { return n * n, nil }
	for v, err := range green.MapContext(ctx, green.NewPool(2), counts, square) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(v)
		if v == 9 {
			cancel(errors.New("enough"))
		}
	}
	// Output:
	// 0
	// 1
	// 4
	// 9
	// enough
}

// One of the workers does what is to be done once, and so does a program that has none.
func ExampleWorker() {
	if green.Worker() <= 1 {
		fmt.Println("old sessions are removed each hour")
	}
	// Output: old sessions are removed each hour
}

func ExampleNoYield() {
	from, to := 100, 0
	green.NoYield(func() { // nobody sees the money at neither place
		from -= 10
		to += 10
	})
	fmt.Println(from, to)
	// Output: 90 10
}

func ExampleThreads() {
	var work green.Event[int]
	task := green.Spawn(work.Wait)
	task.SetName("worker")
	for waits := ""; waits == ""; green.Sleep(time.Millisecond) {
		for _, t := range green.Threads() {
			if t.Name == "worker" && t.Wait != "" {
				waits = t.Wait
				fmt.Println("the worker waits in", waits)
			}
		}
	}
	work.Send(1)
	fmt.Println(task.Wait())
	// Output:
	// the worker waits in chan receive
	// 1 <nil>
}

func ExampleDeadlocks() {
	start := func() (one, two *green.Task[int]) {
		ask, answer := make(chan int), make(chan int) // only the two know the channels
		one = green.Spawn(func() (int, error) { green.Send(answer, green.Recv(ask)); return 0, nil })
		two = green.Spawn(func() (int, error) { green.Send(ask, green.Recv(answer)); return 0, nil })
		return one, two
	}
	one, two := start()
	green.Sleep(5 * time.Millisecond)

	found := slices.ContainsFunc(green.Deadlocks(), func(d green.Deadlock) bool {
		return slices.Contains(d.Threads, one.ID()) && slices.Contains(d.Threads, two.ID())
	})
	// Elsewhere nobody looks for them.
	fmt.Println(found == (green.Enabled() && green.Manifest().Mode == "whole program"))
	one.Kill()
	two.Kill()
	// Output: true
}
