package noyield // want `not registered`

import (
	"net/http"
	"os"
	"sync"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

var mu sync.Mutex

func f(c chan int, n int) {
	green.NoYield(func() {
		n++
		c <- n              // want `send holds the hub` `send may yield inside green.NoYield, which then panics: do it before or behind`
		<-c                 // want `receive holds` `receive may yield inside green.NoYield`
		mu.Lock()           // want `Lock holds` `Lock may yield inside green.NoYield`
		mu.Unlock()         // never waits
		time.Sleep(1)       // want `time.Sleep holds` `time.Sleep yields inside green.NoYield`
		os.ReadFile("x")    // want `os.ReadFile holds` `os.ReadFile yields inside green.NoYield`
		green.Recv(c)       // want `green.Recv may yield inside green.NoYield`
		green.Yield()       // want `green.Yield yields inside green.NoYield`
		defer mu.Lock()     // want `Lock holds` `Lock may yield inside green.NoYield`
		go func() { <-c }() // want `go statement` `receive holds`
		select {            // want `select holds` `select may yield inside green.NoYield`
		case <-c:
		case c <- 1:
		}
		for { // only ends a time slice, which NoYield suspends
			select {
			case <-c:
				return
			default: // want `select with default`
			}
		}
	})
	green.NoYield((func() {
		later := func() { <-c } // want `receive holds`
		green.NoYield(func() {
			http.Get("") // want `http.Get holds` `http.Get yields inside green.NoYield`
		})
		green.Go(later)
	}))
	<-c // want `receive holds`
	green.NoYield(other)
}

func other() { mu.Lock() } // want `Lock holds`
