// Command ticker makes calls that take 100 ms while another goroutine ticks every
// 5 ms, and prints how often that one got its turn. It is ordinary Go and knows
// nothing of greenify; testdata/ticker/show builds it plain and patched.
//
//	ticker [-from N] [-to N]
//
// One line an operation: number, group, name, milliseconds that the call took,
// ticks meanwhile; an error in place of the last two. A line with number, group
// and name goes before, so that whoever reads knows which one hangs.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// pause is what a call takes.
const pause = 100 * time.Millisecond

// An op is one operation. run prepares it, makes it in t.Call, and has it end
// after pause by t.After or by a peer.
type op struct {
	name string
	run  func(t *T)
}

// groups are in the order of the table.
var groups = []struct {
	name string
	ops  []op
}{
	{"time", timeOps},
	{"thread", threadOps},
	{"os", osOps},
	{"os", diskOps},
	{"os", syscallOps},
	{"process", processOps},
	{"signal", signalOps},
	{"socket", socketOps},
	{"socket", tlsOps},
	{"socket", httpOps},
	{"socket", protocolOps},
	{"dns", dnsOps},
	{"db", dbOps},
	{"builtins", cgoOps},
}

var ticks atomic.Int64

// T is one operation being made.
type T struct {
	ticks  int64
	took   time.Duration
	defers []func()
}

// Call makes the call that is measured.
func (t *T) Call(f func()) {
	before, start := ticks.Load(), time.Now()
	f()
	t.took, t.ticks = time.Since(start), ticks.Load()-before
}

// After runs f in a goroutine after the pause.
func (t *T) After(f func()) {
	go func() {
		time.Sleep(pause)
		f()
	}()
}

// Defer runs f when the operation is over.
func (t *T) Defer(f func()) { t.defers = append(t.defers, f) }

// must ends the operation with an error.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func must1[A any](a A, err error) A {
	must(err)
	return a
}

func (o op) do() (t *T, err error) {
	t = &T{}
	defer func() {
		for i := len(t.defers) - 1; i >= 0; i-- {
			t.defers[i]()
		}
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
			if os.Getenv("TICKER_STACK") != "" {
				debug.PrintStack()
			}
		}
	}()
	o.run(t)
	return t, nil
}

func main() {
	from := flag.Int("from", 1, "the first operation's `number`")
	to := flag.Int("to", math.MaxInt, "the last operation's `number`")
	flag.Parse()
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			ticks.Add(1)
		}
	}()
	n := 0
	for _, g := range groups {
		for _, o := range g.ops {
			if n++; n < *from || n > *to {
				continue
			}
			fmt.Printf("%d\t%s\t%s\n", n, g.name, o.name)
			time.Sleep(5 * time.Millisecond)
			if t, err := o.do(); err != nil {
				fmt.Printf("%d\t%s\t%s\t%v\n", n, g.name, o.name, err)
			} else {
				fmt.Printf("%d\t%s\t%s\t%d\t%d\n", n, g.name, o.name, t.took.Milliseconds(), t.ticks)
			}
		}
	}
}
