package alternate

func none(c chan int, d chan any) {
	c <- 1 // want `green.Send`
	d <- 1 // want `patched.To`
	<-c    // want `green.Recv`
	d <- 2 // want `patched.To`
	<-c    // want `green.Recv`
}
