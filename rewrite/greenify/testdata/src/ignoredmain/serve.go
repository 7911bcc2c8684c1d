package main /* want `not registered` `skip does not keep a patched package from registering itself: delete it` */ //greenify:skip it is not

func serve(c chan int) {
	<-c // want `receive`
}
