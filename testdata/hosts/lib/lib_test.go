package lib

import (
	"testing"
	"time"
)

func TestNap(t *testing.T) {
	time.Sleep(time.Millisecond) // want `time.Sleep .* \(yield\)`
}
