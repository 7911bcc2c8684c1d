package crlf // want `not registered`

import (
	"time"
)

func f(c chan int) {
	time.Sleep(1) // want `green.Sleep`
	c <- // want `send`
		1
	go f( // want `go statement`
		c,
	)
}

/* A comment
   of two lines. */

const raw = `one
two` // raw strings have no carriage returns

func g(c chan string) {
	c <- raw + /* want `send` */ `one
two` /* behind
	it */
}
