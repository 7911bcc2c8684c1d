// A goroutine that does nothing but yield starves neither timers nor input:
// it ends only once a timer, a pipe and a connection have been served.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	var served atomic.Int32
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	time.AfterFunc(time.Millisecond, func() { served.Add(1) })
	go func() {
		time.Sleep(time.Millisecond)
		w.Write([]byte("x"))
	}()
	go func() {
		r.Read(make([]byte, 1))
		served.Add(1)
	}()
	go func() {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		c.Read(make([]byte, 1))
		served.Add(1)
	}()
	go func() {
		<-time.After(2 * time.Millisecond)
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			panic(err)
		}
		time.Sleep(time.Millisecond)
		c.Write([]byte("x"))
	}()
	for range 3 {
		go func() {
			for served.Load() < 3 {
				runtime.Gosched()
			}
		}()
	}
	for served.Load() < 3 {
		runtime.Gosched()
	}
	fmt.Println(served.Load())
}
