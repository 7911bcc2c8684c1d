// Copyright.

//go:build linux || !linux

// Package constraint is documented.
package constraint // want `not registered`

func f(c chan int) {
	<-c // want `receive`
}
