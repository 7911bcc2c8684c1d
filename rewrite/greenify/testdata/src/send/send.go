package send // want `not registered`

import "io"

type truth bool

func plain(c chan int, a, b int, t chan truth, n chan error) {
	c <- 1             // want `send holds the hub while it waits: replace it by green.Send`
	c <- a + b         // want `send`
	t <- a == b        // want `send`
	n <- nil           // want `send`
	t <- truth(a != b) // want `send`
}

// The implicit conversion to the element type is kept.
func converted(c chan io.Reader, f io.ReadCloser, any chan interface{}, x int) {
	c <- f   // want `replace it by patched.To`
	any <- x // want `patched.To`
	any <- 1 // want `patched.To`
}

type queue chan int

func named[C ~chan int](q queue, c C, only chan<- int) {
	q <- 1    // want `send`
	c <- 2    // want `send`
	only <- 3 // want `send`
}

func nested(c chan int, d chan chan int) {
	c <- <-<-d     // want `send` `receive` `receive`
	<-d <- 1       // want `send` `receive`
	(<-d) <- (<-c) // want `send` `receive` `receive`
}
