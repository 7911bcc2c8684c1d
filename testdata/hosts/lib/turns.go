package lib

import "net/http"

// Turns needs two imports in turns, beside a single one.
func Turns(c chan int, d chan any) {
	http.Get("a")             // want `net/http.Get .* \(offload\)`
	c <- 1                    // want `send .* \(yield\)`
	http.Get("b")             // want `net/http.Get .* \(offload\)`
	<-c                       // want `receive .* \(yield\)`
	d <- http.StatusText(<-c) // want `send .* \(yield\)` `receive .* \(yield\)`
	defer http.Get("c")       // want `net/http.Get .* \(offload\)`
}
