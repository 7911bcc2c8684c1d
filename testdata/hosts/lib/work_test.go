package lib_test

import (
	"testing"

	"example.com/hosts/lib"
)

func TestWork(t *testing.T) { // want `TestWork runs outside the hub: defer patched.Test first \(main\)`
	jobs, done := make(chan int), make(chan error, 1)
	close(jobs)
	lib.Work(jobs, done)
	<-done // want `receive .* \(yield\)`
}
