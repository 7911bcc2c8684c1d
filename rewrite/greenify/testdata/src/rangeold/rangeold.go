//go:build go1.22

package rangeold

func loop(c chan int) {
	for range c { // want `range over a channel cannot be patched here: it needs go 1.23`
	}
}
