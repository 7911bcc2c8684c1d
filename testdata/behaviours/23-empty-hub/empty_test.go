// At the end of a test nothing of it is left in the hub, or the test fails and says
// what, and where it was started.
package empty

import (
	"testing"
	"time"

	"github.com/greenify-go/greenify/runtime/greentest"
)

func TestClean(t *testing.T) {
	greentest.Empty(t)
	c := make(chan int)
	go func() { c <- 1 }()
	<-c
	time.AfterFunc(time.Hour, func() {}).Stop()
}

func TestThread(t *testing.T) {
	greentest.Empty(t)
	c := make(chan int)
	go func() { c <- 1 }()
}

func TestTimer(t *testing.T) {
	greentest.Empty(t)
	time.AfterFunc(time.Hour, func() {})
}
