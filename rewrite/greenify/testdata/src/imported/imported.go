package imported

import (
	g "github.com/greenify-go/greenify/runtime"
	p "github.com/greenify-go/greenify/runtime/patched"
)

var _ = p.Register("imported", "VERSION", p.SupportsVersion1)

func f(c chan int) {
	g.Sleep(1)
	<-c // want `receive`
}

func shadow(g chan int) {
	_ = g
}
