package skips // want `not registered`

import (
	"time"
)

func line(c chan int) {
	time.Sleep(1) //greenify:skip startup
	//greenify:skip the next line
	<-c
	<-c // want `receive`
	/* want `skip skips nothing` */ //greenify:skip unused
	time.Sleep(1) /* want `skip has no reason` */ //greenify:skip
}

// declaration is run before the hub starts.
//
//greenify:skip before the hub
func declaration(c chan int) {
	time.Sleep(1)
	c <- 1
}

func enclosing(c chan chan int) {
	//greenify:skip only the select
	select {
	case <-<-c: // want `receive`
	}
}

/* want `//greenify:skpi is not a directive: write //greenify:skip or //greenify:ignore-file` */ //greenify:skpi a typing error

func tab(c chan int) {
	<-c //greenify:skip	a tab before the reason
}
