package dotgreen

import (
	"time"

	. "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("dotgreen", "VERSION", patched.SupportsVersion1)

func f(c chan int) {
	Sleep(1)
	time.Sleep(1) // want `replace it by green.Sleep`
	<-c           // want `receive`
}
