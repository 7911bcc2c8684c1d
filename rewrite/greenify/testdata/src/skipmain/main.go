package main // want `not registered`

// main only parses flags: the hub starts elsewhere.
//
//greenify:skip a wrapper starts the hub
func main() {
	serve(make(chan int))
}

func serve(c chan int) {
	<-c // want `receive`
}
