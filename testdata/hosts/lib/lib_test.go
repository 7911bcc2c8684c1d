package lib

import (
	"testing"
	"time"
)

func TestNap(t *testing.T) { // want `TestNap runs outside the hub: defer patched.Test first \(main\)`
	time.Sleep(time.Millisecond) // want `time.Sleep .* \(yield\)`
}
