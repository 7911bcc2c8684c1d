// Channel operations by reflection park, wake and panic as the statements do,
// at either end of a channel whose other end is a statement.
package main

import (
	"fmt"
	"reflect"

	"programs/internal/parked"
)

type event struct {
	name string
	err  error
}

func main() {
	ct := reflect.ChanOf(reflect.BothDir, reflect.TypeFor[event]())
	cv := reflect.MakeChan(ct, 0)
	c := cv.Interface().(chan event)
	fmt.Println(ct, cv.Len(), cv.Cap())

	// Parked Recv, woken by a statement; parked receive, woken by Send.
	done := make(chan string)
	go func() {
		v, ok := cv.Recv()
		done <- fmt.Sprint("Recv ", v, ok)
	}()
	parked.Wait("chan receive", 1)
	c <- event{"statement", nil}
	fmt.Println(<-done)
	go func() { done <- fmt.Sprint("receive ", <-c) }()
	parked.Wait("chan receive", 1)
	cv.Send(reflect.ValueOf(event{name: "Send"}))
	fmt.Println(<-done)

	// Try does not park.
	_, ok := cv.TryRecv()
	fmt.Println("try", ok, cv.TrySend(reflect.Zero(ct.Elem())))
	go func() { <-c }()
	parked.Wait("chan receive", 1)
	fmt.Println("try", cv.TrySend(reflect.Zero(ct.Elem())))

	// Select over many, parked, woken through the last one.
	var cases []reflect.SelectCase
	var chans []chan int
	for range 200 {
		ch := make(chan int)
		chans = append(chans, ch)
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ch)})
	}
	sel := func() {
		i, v, ok := reflect.Select(cases)
		done <- fmt.Sprint("Select ", i, v, ok)
	}
	go sel()
	parked.Wait("select", 1)
	chans[199] <- 7
	fmt.Println(<-done)
	go sel()
	parked.Wait("select", 1)
	close(chans[100])
	fmt.Println(<-done)

	// A send case, a nil channel and a default.
	cases = []reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf((chan int)(nil))},
		{Dir: reflect.SelectSend, Chan: reflect.ValueOf(chans[0]), Send: reflect.ValueOf(5)},
		{Dir: reflect.SelectRecv},
	}
	go sel()
	fmt.Println(<-chans[0], <-done)
	i, _, _ := reflect.Select(append(cases, reflect.SelectCase{Dir: reflect.SelectDefault}))
	fmt.Println("default", i)

	// range over a reflected channel.
	go func() {
		for i := range 3 {
			c <- event{name: fmt.Sprint(i)}
		}
		cv.Close()
	}()
	for v := range cv.Seq() {
		fmt.Print(v.Field(0), " ")
	}
	v, ok := cv.Recv()
	fmt.Println(v, ok)

	for _, f := range []func(){
		func() { cv.Send(reflect.Zero(ct.Elem())) },
		cv.Close,
		func() { reflect.ValueOf((<-chan int)(chans[1])).Send(reflect.ValueOf(1)) },
		func() { reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectSend, Chan: cv, Send: v}}) },
	} {
		func() {
			defer func() { fmt.Println("recovered", recover()) }()
			f()
		}()
	}

	// A goroutine started through reflection, on a function made by it.
	fn := reflect.MakeFunc(reflect.TypeFor[func(int) string](), func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(fmt.Sprint("MakeFunc ", <-chans[1]+int(args[0].Int())))}
	})
	go func() { done <- fn.Call([]reflect.Value{reflect.ValueOf(1)})[0].String() }()
	parked.Wait("chan receive", 1)
	chans[1] <- 1
	fmt.Println(<-done)
}
