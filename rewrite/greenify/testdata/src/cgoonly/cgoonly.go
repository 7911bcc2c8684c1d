package cgoonly // want `not registered`

// static void nap(void) {}
import "C"

func f(c chan int) {
	C.nap()
	<-c // want `receive`
}
