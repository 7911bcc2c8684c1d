package shadowed // want `not registered`

import "time"

func f(green int, c chan int) {
	time.Sleep(1) // want `green.Sleep`
	c <- green    // want `green.Send`
}

func g(c chan func()) {
	select { // want `select`
	case green := <-c:
		green()
		time.Sleep(1) // want `green.Sleep`
	}
}

type clock struct{}

func (clock) Sleep(int) {}

// What an import is called may mean something else here.
func h(time clock) {
	time.Sleep(1)
	func(sync int) {
		time.Sleep(sync)
	}(1)
}
