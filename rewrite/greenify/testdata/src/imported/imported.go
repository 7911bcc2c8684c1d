package imported

import g "github.com/greenify-go/greenify/runtime"

var _ = g.Register("imported", "VERSION")

func f(c chan int) {
	g.Sleep(1)
	<-c // want `receive`
}

func shadow(g chan int) {
	_ = g
}
