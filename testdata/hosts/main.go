// Command hosts starts what the packages below do.
package main // want `the package (is|would be) patched but not registered.*: add a call of patched.Register \(register\)`

import (
	"fmt"
	"net/http"
	"time"

	"example.com/hosts/lib"
)

func main() { // want `main does not start the hub: defer patched.Main first \(main\)`
	jobs := make(chan int)
	done := make(chan error, 1)
	go lib.Work(jobs, done) // want `go statement starts a goroutine outside the hub: replace it by green.Go \(yield\)`
	for i := range 3 {
		jobs <- i // want `send holds the hub while it waits: replace it by green.Send \(yield\)`
	}
	close(jobs)
	time.AfterFunc(time.Second, func() { // want `callback of time.AfterFunc runs outside the hub, the timer's goroutine calls it: wrap it in patched.Enter00 \(enter\)`
		fmt.Println("late")
	})
	select { // want `select holds the hub while it waits: replace it by green.Select \(yield\)`
	case err := <-done:
		fmt.Println(err)
	case <-time.After(time.Minute):
	}
	resp, err := http.Get("http://127.0.0.1:0/") // want `net/http.Get holds the hub while it waits for the server: replace it by patched.Call12 \(offload\)`
	fmt.Println(resp != nil, err != nil)
}
