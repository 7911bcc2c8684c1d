package greentest_test

import (
	"fmt"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/greentest"
)

// A printer stands for the *testing.T of a test.
type printer struct {
	testing.TB
	cleanups []func()
}

func (p *printer) Helper()                        {}
func (p *printer) Error(args ...any)              { fmt.Println(args...) }
func (p *printer) Errorf(text string, arg ...any) { fmt.Printf(text+"\n", arg...) }
func (p *printer) Cleanup(f func())               { p.cleanups = append(p.cleanups, f) }

func (p *printer) end() {
	for _, f := range p.cleanups {
		f()
	}
}

// A test that leaves nothing in the hub prints nothing.
func ExampleEmpty() {
	t := &printer{}
	greentest.Empty(t)
	task := green.Spawn(func() (int, error) { green.Sleep(time.Millisecond); return 1, nil })
	fmt.Println(task.Wait())
	t.end()
	// Output: 1 <nil>
}

func ExampleMustYield() {
	t := &printer{}
	greentest.MustYield(t, func() { green.Sleep(time.Millisecond) })
	greentest.MustYield(t, green.Yield)
	fmt.Println("both yield")
	// Output: both yield
}

func ExampleMustNotYield() {
	t, done := &printer{}, make(chan bool, 1)
	greentest.MustNotYield(t, func() { green.Send(done, true) }) // there is room
	fmt.Println(<-done)
	// Output: true
}

func ExampleMustNotBlock() {
	t := &printer{}
	greentest.MustNotBlock(t, time.Second, func() {
		green.Offload(func() { time.Sleep(time.Millisecond) })
	})
	fmt.Println("the others ran meanwhile")
	// Output: the others ran meanwhile
}
