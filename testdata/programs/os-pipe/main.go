// os.Pipe between goroutines: blocking both ways, deadlines, closed ends.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"programs/internal/parked"
)

func main() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	go func() {
		for i := range 3 {
			fmt.Fprintln(w, "line", i)
			time.Sleep(time.Millisecond)
		}
		w.Write(make([]byte, 1<<20)) // more than a pipe holds: parks
		w.Close()
	}()
	in := bufio.NewReader(r)
	for range 3 {
		s, err := in.ReadString('\n')
		fmt.Printf("%q %v\n", s, err)
	}
	parked.Wait("IO wait", 1)
	n, err := io.Copy(io.Discard, in)
	fmt.Println(n, err)

	r, w, _ = os.Pipe()
	r.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err = r.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	r.SetReadDeadline(time.Time{})

	errs := make(chan error)
	go func() { _, err := r.Read(make([]byte, 1)); errs <- err }()
	parked.Wait("IO wait", 1)
	r.Close()
	fmt.Println(errors.Is(<-errs, os.ErrClosed))
	_, err = w.Write([]byte("x"))
	fmt.Println(errors.Is(err, syscall.EPIPE))

	// A chain of fifty, each a goroutine that copies.
	first, w, _ := os.Pipe()
	r = first
	for range 50 {
		next, to, _ := os.Pipe()
		from := r
		go func() {
			io.Copy(to, from)
			to.Close()
		}()
		r = next
	}
	go func() {
		io.WriteString(w, "through fifty pipes")
		w.Close()
	}()
	b, err := io.ReadAll(r)
	fmt.Println(string(b), err)
}
