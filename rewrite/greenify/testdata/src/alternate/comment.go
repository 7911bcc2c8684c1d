package alternate // want `not registered`

func comment(c chan int, d chan any) {
	d <- 1                           // want `patched.To`
	<-c                              // want `green.Recv`
	client.Post("a", "text", body()) // want `patched.Call32`
	d <- 2                           // want `patched.To`
	client.Post("b", "text", body()) // want `patched.Call32`
	<-c                              // want `green.Recv`
}
