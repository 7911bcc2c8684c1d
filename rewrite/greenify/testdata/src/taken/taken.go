package taken // want `not registered`

import (
	"fmt"
	"runtime"
)

const green = "colour"

var _green, g0 = green, 1

func f() {
	runtime.Gosched() // want `green.Yield`
	fmt.Println(green, _green)
	go print(_green, g0) // want `go statement`
}
