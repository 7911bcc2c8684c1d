package tests // want `not registered`

// Echo sends what it gets.
func Echo(in, out chan int) {
	out <- <-in // want `send` `receive`
}
