// Channels in generic code: type parameters that are channels, elements of a
// type parameter, generic types with locks, go with generic functions.
package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

func send[C ~chan T | ~chan<- T, T any](c C, v T) { c <- v }

func collect[C ~chan T | ~<-chan T, T any](c C) (all []T) {
	for v := range c {
		all = append(all, v)
	}
	return all
}

func first[C ~chan T, T any](a, b C) (v T, ok bool, from string) {
	select {
	case v, ok = <-a:
		return v, ok, "a"
	case v, ok := <-b:
		return v, ok, "b"
	case <-time.After(time.Minute):
		panic("timeout")
	}
}

func merge[T any](cs ...<-chan T) <-chan T {
	out := make(chan T)
	var wg sync.WaitGroup
	for _, c := range cs {
		wg.Go(func() {
			for v := range c {
				out <- v
			}
		})
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	return out
}

func closing[C interface{ ~chan T }, T any](c C, vs []T) {
	defer close(c)
	for _, v := range vs {
		send(c, v)
	}
}

func trySend[T any, C chan T | chan<- T](c C, v T) bool {
	select {
	case c <- v:
		return true
	default:
		return false
	}
}

type queue[T any] struct {
	sync.Mutex
	notEmpty *sync.Cond
	items    []T
}

func newQueue[T any]() *queue[T] {
	q := new(queue[T])
	q.notEmpty = sync.NewCond(q)
	return q
}

func (q *queue[T]) put(v T) {
	q.Lock()
	defer q.Unlock()
	q.items = append(q.items, v)
	q.notEmpty.Signal()
}

func (q *queue[T]) take() (v T) {
	q.Lock()
	defer q.Unlock()
	for len(q.items) == 0 {
		q.notEmpty.Wait()
	}
	v, q.items = q.items[0], q.items[1:]
	return v
}

type (
	ints    chan int
	strings <-chan string
	point   struct{ x, y float64 }
)

func main() {
	c := make(ints)
	go closing(c, []int{1, 2, 3})
	fmt.Println(collect(c))

	s := make(chan string)
	go closing[chan string](s, []string{"a", "b"})
	fmt.Println(collect(strings(s)))

	a, b := make(chan point), make(chan point)
	go send((chan<- point)(b), point{1, 2})
	fmt.Println(first(a, b))
	close(a)
	fmt.Println(first(a, b))

	x, y := make(chan error), make(chan error)
	go closing(x, []error{nil, nil})
	go closing(y, []error{nil})
	fmt.Println(len(collect(merge[error](x, y))))

	one := make(chan any, 1)
	fmt.Println(trySend(one, any(nil)), trySend((chan<- any)(one), any(1)))

	q := newQueue[[]int]()
	put := (*queue[[]int]).put
	go put(q, []int{1})
	go q.put([]int{2})
	got := []int{q.take()[0], q.take()[0]}
	slices.Sort(got)
	fmt.Println(got)
}
