package tests_test

import (
	"testing"
	"time"
)

func TestOutside(t *testing.T) { // want `TestOutside runs outside the hub: defer patched.Test first`
	time.Sleep(1) // want `time.Sleep`
}
