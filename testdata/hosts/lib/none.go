package lib

// None needs two imports in turns in a file that has none.
func None(c chan int, d chan any) {
	d <- 1 // want `send .* \(yield\)`
	<-c    // want `receive .* \(yield\)`
	d <- 2 // want `send .* \(yield\)`
	<-c    // want `receive .* \(yield\)`
}
