package tests

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { // want `TestMain runs outside the hub: defer patched.Main first`
	os.Exit(m.Run()) // want `testing.\(\*M\).Run holds the hub while it waits for the tests`
}

// TestEcho has parts.
func TestEcho(t *testing.T) { // want `TestEcho runs outside the hub: defer patched.Test first`
	t.Parallel()           // want `testing.\(\*T\).Parallel`
	t.Cleanup(func() {})   // want `callback of testing.\(\*common\).Cleanup`
	t.Run("part", part)    // want `testing.\(\*T\).Run holds the hub while it waits for the subtest: replace it by patched.Call21`
	t.Run("named", part)   // want `patched.Call21`
	testing.Benchmark(nil) // want `patched.Call11`
	testing.AllocsPerRun(1, func() {})
}

func part(t *testing.T) {
	in, out := make(chan int, 1), make(chan int, 1)
	in <- 1 // want `send`
	Echo(in, out)
}

func BenchmarkEcho(b *testing.B) { // want `BenchmarkEcho runs outside the hub: defer patched.Test first`
	b.RunParallel(func(pb *testing.PB) { // want `patched.Call10`
		for pb.Next() {
		}
	})
}

func FuzzEcho(f *testing.F) { // want `FuzzEcho runs outside`
	f.Fuzz(func(t *testing.T, n int) {}) // want `patched.Call10`
}

func ExampleEcho() { // want `ExampleEcho runs outside`
}

// No tests: go vet says what is wrong with them.
func Testimony(t *testing.T) {}
func helper(t *testing.T)    {}
