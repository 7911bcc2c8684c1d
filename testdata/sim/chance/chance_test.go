// Package chance draws in each way that a program can: how many steps a schedule has
// depends on it, so schedules with the same hash have drawn the same. TestArm64Sim
// compares two kinds of processor.
package chance

import (
	crand "crypto/rand"
	"fmt"
	"hash/maphash"
	"math/rand"
	randv2 "math/rand/v2"
	"runtime"
	"testing"
	"time"
)

var seed = maphash.MakeSeed()

// steps takes n of them.
func steps(n int) {
	c := make(chan int, n)
	for i := range n {
		go func() { c <- i }()
	}
	for range n {
		<-c
	}
}

func TestRand(t *testing.T)   { steps(rand.Intn(20)) }
func TestRandV2(t *testing.T) { steps(randv2.IntN(20)) }

func TestRandOfNow(t *testing.T) {
	steps(rand.New(rand.NewSource(time.Now().UnixNano())).Intn(20))
}

func TestCryptoRand(t *testing.T) {
	b := make([]byte, 1)
	crand.Read(b)
	steps(int(b[0]) % 20)
}

// The order of a map depends on the hashes of its keys.
func TestMap(t *testing.T) {
	integers, texts := map[int]int{}, map[string]int{}
	for i := range 20 {
		integers[i], texts[fmt.Sprint(i)] = i, i
	}
	for i := range integers {
		steps(i)
		break
	}
	for _, i := range texts {
		steps(i)
		break
	}
}

func TestMaphash(t *testing.T) {
	steps(int(maphash.String(seed, "a text that is longer than one block of the hash") % 20))
	steps(int(maphash.Comparable(seed, 3.5) % 20))
}

func TestSelect(t *testing.T) {
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 3
	b <- 7
	select {
	case n := <-a:
		steps(n)
	case n := <-b:
		steps(n)
	}
}

func TestProcessors(t *testing.T) { steps(runtime.NumCPU() + runtime.GOMAXPROCS(0)) }
