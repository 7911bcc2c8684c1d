package lib

import "time"

// Nap needs the same import for each of its fixes, and time no more.
func Nap() {
	time.Sleep(1 * time.Second) // want `time.Sleep .* \(yield\)`
	time.Sleep(2 * time.Second) // want `time.Sleep .* \(yield\)`
	time.Sleep(3 * time.Second) // want `time.Sleep .* \(yield\)`
}
