// Receives take part in the usual order of evaluation: left to right with
// calls, operands on the left of an assignment before those on the right, all
// before the first assignment; && and || skip them.
package main

import "fmt"

func main() {
	c := make(chan int)
	go func() { // every receive below parks
		for i := 0; ; i++ {
			c <- i
		}
	}()
	trace := func(what string) int {
		fmt.Println("eval", what)
		return 0
	}
	show := func(v ...any) { fmt.Println(v...) }

	show(<-c, trace("call"), <-c, <-c) // 0 1 2
	x, y := <-c, <-c                   // 3 4
	show(x, y)
	show(<-c-<-c*<-c, []int{<-c, <-c}, map[int]int{<-c: <-c}) // 5-6*7 [8 9] 10:11

	var arr [3]int
	var ok [3]bool
	arr[trace("left")], ok[trace("middle")] = <-func() chan int { trace("right"); return c }()
	show(arr, ok) // 12

	i := 0
	i, arr[i] = <-c, <-c // 13 14
	show(i, arr)
	x, y = y, <-c // 15
	show(x, y)
	m := map[int]int{}
	m[<-c] = <-c // 16 17
	m[<-c] += <-c
	show(m)
	*func() *int { trace("pointer"); return &arr[1] }() = <-c // 20
	show(arr)

	no, yes := false, true
	show(no && <-c > 0, yes || <-c > 0, yes && <-c == 21)
	switch <-c { // 22
	case <-c: // 23
		show("first case")
	case trace("second case") + 22:
		show("second")
	case <-c:
		show("third case")
	}
	if v := <-c; v == 24 && <-c == 25 {
		show("if", v)
	}
	for n := <-c; n < <-c+3; n += <-c { // 26 < 27+3, 28: 54 < 29+3
		show("loop", n)
	}
	show(func() (int, int) { return <-c, <-c }()) // 30 31
	show(fmt.Sprint(<-c, arr[<-c-32]), -<-c)      // 32 33 34
}
