package importedshadow

import (
	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("importedshadow", "VERSION", patched.SupportsVersion1)

var _ = green.InHub

// The import that is there is not visible at the place of use.
func f(green chan int) {
	<-green // want `receive`
}
