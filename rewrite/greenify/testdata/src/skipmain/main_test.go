package main

import "testing"

//greenify:skip what it measures is a native goroutine
func BenchmarkNative(b *testing.B) {
	c := make(chan int, 1)
	c <- 1
}

func TestServe(t *testing.T) { // want `TestServe runs outside the hub`
	c := make(chan int, 1)
	c <- 1 // want `send`
	serve(c)
}

func TestNative(t *testing.T) {} //greenify:skip native too

//greenify:skip the tests start the hub
func TestMain(m *testing.M) { m.Run() }
