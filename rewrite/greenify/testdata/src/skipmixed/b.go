package skipmixed /* want `other files of this package are patched, this one is not` `skip does not keep a file as it is: write //greenify:ignore-file` */ //greenify:skip stays plain

func g(c chan int) {
	<-c // want `receive`
}
