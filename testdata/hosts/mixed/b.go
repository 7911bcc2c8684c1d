// Package mixed is patched in one file of two.
package mixed // want `other files of this package are patched, this one is not: run greenify rewrite -w on the package \(mixed\)`

// Receive is not.
func Receive(c chan int) int {
	return <-c // want `receive holds the hub while it waits: replace it by green.Recv \(yield\)`
}
