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
