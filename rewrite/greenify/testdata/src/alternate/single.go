package alternate

import "net/http"

// Sites of package green and of package patched take turns.
func single(c chan int, d chan any) {
	c <- 1        // want `green.Send`
	d <- 1        // want `patched.To`
	http.Get("a") // want `patched.Call12`
	<-c           // want `green.Recv`
	http.Get("b") // want `patched.Call12`
	for range c { // want `green.Range`
		http.Get("c") // want `patched.Call12`
	}
}
