package dotgreen

import (
	"time"

	. "github.com/greenify-go/greenify/runtime"
)

var _ = Register("dotgreen", "VERSION")

func f(c chan int) {
	Sleep(1)
	time.Sleep(1) // want `replace it by green.Sleep`
	<-c           // want `receive`
}
