package twoimports // want `not registered`

import (
	"time"
	clock "time"
)

func f() {
	time.Sleep(1)             // want `green.Sleep`
	clock.Sleep(clock.Second) // want `green.Sleep`
}
