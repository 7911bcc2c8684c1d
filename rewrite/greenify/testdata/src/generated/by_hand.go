package generated // want `not registered`

import "time"

func g() {
	f()
	time.Sleep(1) // want `green.Sleep`
}
