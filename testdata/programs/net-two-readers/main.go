// Two readers and two writers on one connection: each read and each write is
// whole, each value comes once. Interleaving: one reader is parked in the
// poller and the other behind it, before anything is written.
package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"sync"

	"programs/internal/parked"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	c, err := net.Dial("tcp", l.Addr().String())
	check(err)
	s, err := l.Accept()
	check(err)
	seen := make(chan uint64)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			b := make([]byte, 8)
			for {
				n, err := s.Read(b)
				if n != 8 || err != nil {
					seen <- 0
					return
				}
				seen <- binary.BigEndian.Uint64(b)
			}
		})
	}
	parked.Wait("IO wait", 1)
	const each = 500
	for w := range uint64(2) {
		go func() {
			for i := range uint64(each) {
				// One segment at a time, so that reads meet whole values.
				c.Write(binary.BigEndian.AppendUint64(nil, w*each+i+1))
			}
		}()
	}
	all := map[uint64]int{}
	for range 2 * each {
		all[<-seen]++
	}
	c.Close()
	fmt.Println(<-seen, <-seen, len(all), all[0])
	wg.Wait()

	// Both are woken when the connection is closed from here.
	for range 2 {
		wg.Go(func() {
			_, err := s.Read(make([]byte, 1))
			if err == nil {
				panic("read from a closed connection")
			}
		})
	}
	s.Close()
	wg.Wait()
	fmt.Println("closed")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
