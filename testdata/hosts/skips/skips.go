// Package skips has every directive.
package skips // want `not registered`

import "time"

// Start runs before the hub.
//
//greenify:skip before the hub
func Start(c chan int) {
	time.Sleep(1 * time.Second)
	<-c
}

// Run does not.
func Run(c chan int) {
	time.Sleep(1 * time.Second) //greenify:skip one line
	//greenify:skip the next line
	time.Sleep(1 * time.Second)
	<-c // want `receive`
	/* want `//greenify:skip skips nothing: delete it \(skip\)` */ //greenify:skip unused
}
