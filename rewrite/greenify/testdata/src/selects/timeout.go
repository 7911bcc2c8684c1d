package selects

import "time"

// The operand moves to the header of the switch, and needs its import there.
func after(c chan int) {
	select { // want `select`
	case <-c:
	case <-time.After(time.Second):
	}
}
