package mixed // want `other files of this package are patched, this one is not`

func g(c chan int) {
	<-c // want `receive`
}
