// Copyright.

//go:build (amd64 || arm64) && !appengine
// +build amd64 arm64
// +build !appengine

package constraint

func g(c chan int) {
	<-c // want `receive`
}
