// Raw blocking reads, which the runtime knows nothing about, hold up neither
// each other nor the goroutine that will write. Interleaving: twenty readers
// are in the kernel before the first write.
package main

import (
	"fmt"
	"sync"
	"syscall"
	"time"
)

func main() {
	const n = 20
	var readers, writers [n]int
	var wg sync.WaitGroup
	sum := 0
	var mu sync.Mutex
	for i := range n {
		var p [2]int
		if err := syscall.Pipe(p[:]); err != nil {
			panic(err)
		}
		readers[i], writers[i] = p[0], p[1]
		wg.Go(func() {
			b := make([]byte, 1)
			for {
				k, err := syscall.Read(readers[i], b)
				if k == 0 || err != nil {
					return
				}
				mu.Lock()
				sum += int(b[0])
				mu.Unlock()
			}
		})
	}
	time.Sleep(30 * time.Millisecond)
	ticks := 0
	t := time.NewTicker(time.Millisecond)
	for ticks < 20 {
		<-t.C
		ticks++
	}
	fmt.Println("ticked")
	for i := range n {
		syscall.Write(writers[i], []byte{byte(i)})
	}
	time.Sleep(time.Millisecond)
	for i := range n {
		syscall.Write(writers[i], []byte{1})
		syscall.Close(writers[i])
	}
	wg.Wait()
	fmt.Println(sum)

	// Filling a pipe: the writer is stuck, the reader comes later.
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		panic(err)
	}
	go func() {
		for range 64 {
			syscall.Write(p[1], make([]byte, 4096))
		}
		syscall.Close(p[1])
	}()
	time.Sleep(20 * time.Millisecond)
	total := 0
	for b := make([]byte, 1000); ; {
		k, err := syscall.Read(p[0], b)
		if k == 0 || err != nil {
			break
		}
		total += k
	}
	fmt.Println(total)
}
