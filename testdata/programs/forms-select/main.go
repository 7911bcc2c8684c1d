// select with labels, break, continue, goto, return, fallthrough around it, as
// the last statement of a function, nested, in loops, with every left side.
package main

import "fmt"

func gen(n int) chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i
		}
	}()
	return c
}

// terminating has no return after its select.
func terminating(a, b chan int) (string, int) {
	select {
	case v := <-a:
		return "a", v
	case v, ok := <-b:
		if !ok {
			panic("closed")
		}
		return "b", v
	}
}

func terminatingDefault(a chan int) string {
	select {
	case <-a:
		return "value"
	default:
		return "none"
	}
}

func loop(c chan int) (seen []int, why string) {
outer:
	for {
		for {
			select {
			case v, ok := <-c:
				switch {
				case !ok:
					why = "closed"
					break outer
				case v == 1:
					break // the switch
				case v == 2:
					continue outer
				case v == 3:
					goto three
				case v == 5:
					fallthrough
				case v == 100:
					seen = append(seen, -v)
				}
				if v == 4 {
					break // the select
				}
				seen = append(seen, v)
			}
			continue
		three:
			seen = append(seen, 33)
		}
	}
	return
}

func main() {
	fmt.Println(terminating(nil, gen(1)))
	fmt.Println(terminatingDefault(nil))
	fmt.Println(loop(gen(7)))

	// Every left side, each in a loop.
	c := gen(12)
	var (
		x   int
		ok  bool
		any any
		arr [2]int
		s   = make([]int, 2)
		m   = map[string]int{}
		oks = map[int]bool{}
		st  struct{ v int }
		p   = &st
	)
	for i := range 12 {
		var none chan<- int
		switch i {
		case 0:
			select {
			case x = <-c:
			case none <- 0:
			}
		case 1:
			select {
			case x, ok = <-c:
			case none <- 0:
			}
		case 2:
			select {
			case any = <-c:
			case none <- 0:
			}
		case 3:
			select {
			case arr[i%2] = <-c:
			case none <- 0:
			}
		case 4:
			select {
			case s[i%2] = <-c:
			case none <- 0:
			}
		case 5:
			select {
			case m["five"], oks[i] = <-c:
			case none <- 0:
			}
		case 6:
			select {
			case p.v = <-c:
			case none <- 0:
			}
		case 7:
			select {
			case _ = <-c:
			case none <- 0:
			}
		case 8:
			select {
			case _, oks[i] = <-c:
			case none <- 0:
			}
		case 9:
			select {
			case (*p).v, _ = <-c:
			case none <- 0:
			}
		case 10:
			select {
			case x := <-c: // shadows
				x++
			case none <- 0:
			}
		default:
			select {
			case <-c:
			case none <- 0:
			}
		}
	}
	fmt.Println(x, ok, any, arr, s, m, oks, st)

	// Nested, with a labelled break out of both, and a body that parks.
	a, b := gen(3), gen(3)
	sum := 0
both:
	select {
	case v := <-a:
		select {
		case w := <-b:
			sum = v + w + <-a + <-b
			if sum == 2 {
				break both
			}
			sum = -1
		}
	}
	fmt.Println(sum)

	// A label on select, goto back to it.
	n := 0
again:
	select {
	case _, ok := <-a:
		n++
		if ok {
			goto again
		}
	}
	fmt.Println(n)

	// Two ready cases: both are chosen now and then; so is each side of one
	// channel.
	r, w := make(chan int, 1), make(chan int, 1)
	var count [2]int
	for range 1000 {
		r <- 1
		select {
		case <-r:
			count[0]++
		case w <- 1:
			count[1]++
			<-r
			<-w
		}
	}
	fmt.Println(count[0] > 300, count[1] > 300, count[0]+count[1])

	self := make(chan int, 1)
	var turns []string
	for i := range 4 {
		select {
		case self <- i:
			turns = append(turns, "send")
		case <-self:
			turns = append(turns, "receive")
		}
	}
	fmt.Println(turns)

	var zero int
	select {
	case zero = <-make(chan int):
	case <-func() chan int { c := make(chan int); close(c); return c }():
		fmt.Println("closed wins", zero)
	}
	for i := 0; i < 3; i++ {
		select {
		default:
			continue
		}
	}
}
