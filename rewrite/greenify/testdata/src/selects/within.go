package selects

import "time"

// What moves is replaced inside, and needs its import no more.
func inner(c chan int) {
	select { // want `select`
	case c <- call(func() { time.Sleep(1) }): // want `time.Sleep`
	case <-c:
	}
}

func call(f func()) int { return 0 }
