package importedshadow

import green "github.com/greenify-go/greenify/runtime"

var _ = green.Register("importedshadow", "VERSION")

// The import that is there is not visible at the place of use.
func f(green chan int) {
	<-green // want `receive`
}
