package bench

import (
	"fmt"
	"testing"
)

var made chan int

// One operation is a value sent there and one sent back.
func BenchmarkChan(b *testing.B) {
	for _, capacity := range []int{0, 1} {
		b.Run(fmt.Sprintf("pingpong/cap%d", capacity), func(b *testing.B) {
			ping, pong := make(chan int, capacity), make(chan int, capacity)
			together(b, func() {
				for i := range b.N {
					ping <- i
					<-pong
				}
			}, func() {
				for range b.N {
					pong <- <-ping
				}
			})
		})
	}
	b.Run("make", func(b *testing.B) {
		for range b.N {
			made = make(chan int)
		}
	})
	// One operation is one value from sender to receiver.
	for _, capacity := range []int{0, 128} {
		b.Run(fmt.Sprintf("stream/cap%d", capacity), func(b *testing.B) {
			c := make(chan int, capacity)
			together(b, func() {
				for i := range b.N {
					c <- i
				}
				close(c)
			}, func() {
				for range c {
				}
			})
		})
	}
}

// choose waits in a select of 2 or 8 receives, of which only c ever comes.
func choose(cases int, c, n chan int) int {
	if cases == 2 {
		select {
		case v := <-c:
			return v
		case v := <-n:
			return v
		}
	}
	select {
	case v := <-n:
		return v
	case v := <-n:
		return v
	case v := <-n:
		return v
	case v := <-c:
		return v
	case v := <-n:
		return v
	case v := <-n:
		return v
	case v := <-n:
		return v
	case v := <-n:
		return v
	}
}

func BenchmarkSelect(b *testing.B) {
	never := make(chan int)
	for _, cases := range []int{2, 8} {
		// One operation is a buffered send and the select that receives it.
		b.Run(fmt.Sprintf("ready/%d", cases), func(b *testing.B) {
			c := make(chan int, 1)
			for i := range b.N {
				c <- i
				choose(cases, c, never)
			}
		})
		// One operation is a value sent there and one sent back, both
		// received by a select that has to wait.
		b.Run(fmt.Sprintf("parked/%d", cases), func(b *testing.B) {
			ping, pong := make(chan int), make(chan int)
			together(b, func() {
				for i := range b.N {
					ping <- i
					choose(cases, pong, never)
				}
			}, func() {
				for range b.N {
					pong <- choose(cases, ping, never)
				}
			})
		})
	}
	// One operation is a select that finds nothing ready.
	b.Run("default/1", func(b *testing.B) {
		for range b.N {
			select {
			case <-never:
			default:
			}
		}
	})
	b.Run("default/2", func(b *testing.B) {
		other := make(chan int)
		for range b.N {
			select {
			case <-never:
			case <-other:
			default:
			}
		}
	})
}
