package constraint

func g(c chan int) {
	<-c // it is not built here
}
