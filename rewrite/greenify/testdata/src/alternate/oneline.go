package alternate

import ("net/http"; "net")

func oneLine(c chan int, d *net.Dialer) {
	<-c                            // want `green.Recv`
	http.Get("a")                  // want `patched.Call12`
	<-c                            // want `green.Recv`
	d.Dial("tcp", "example.com:1") // want `patched.Call22`
}
