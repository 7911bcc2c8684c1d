package dotonly // want `not registered`

import . "time"

func f() {
	Sleep(1) // want `green.Sleep`
}
