// Opening a FIFO waits for the other end, which another goroutine opens.
// Interleaving: the reader is waiting when the writer comes, then the other way
// about.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"
)

func main() {
	if err := syscall.Mkfifo("fifo", 0o600); err != nil {
		panic(err)
	}
	out := make(chan string)
	read := func() {
		f, err := os.Open("fifo")
		if err != nil {
			panic(err)
		}
		b, err := io.ReadAll(f)
		f.Close()
		out <- fmt.Sprint(string(b), " ", err)
	}
	write := func() {
		f, err := os.OpenFile("fifo", os.O_WRONLY, 0)
		if err != nil {
			panic(err)
		}
		fmt.Fprint(f, "hello")
		f.Close()
		out <- "written"
	}
	for _, order := range [][2]func(){{read, write}, {write, read}} {
		go order[0]()
		time.Sleep(20 * time.Millisecond)
		go order[1]()
		ends := []string{<-out, <-out}
		slices.Sort(ends)
		fmt.Println(ends)
	}
}
