// Contexts: deadlines, causes, cancellation of a whole tree, AfterFunc,
// WithoutCancel.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"programs/internal/parked"
)

type key struct{}

func main() {
	bg := context.Background()
	ctx, cancel := context.WithTimeout(context.WithValue(bg, key{}, "value"), 5*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), ctx.Value(key{}), errors.Is(context.Cause(ctx), context.DeadlineExceeded))

	root, stop := context.WithCancelCause(bg)
	var wg sync.WaitGroup
	errs := make(chan error, 200)
	for i := range 100 {
		wg.Go(func() {
			ctx, cancel := context.WithDeadlineCause(root, time.Now().Add(time.Hour), errors.New("never"))
			defer cancel()
			if i%2 == 0 {
				<-ctx.Done()
			} else {
				select {
				case <-ctx.Done():
				case <-time.After(time.Hour):
				}
			}
			errs <- context.Cause(ctx)
		})
	}
	parked.Wait("select", 50)
	parked.Wait("chan receive", 50)
	kept := context.WithoutCancel(root)
	after := make(chan error)
	context.AfterFunc(root, func() { after <- root.Err() })
	unwanted := context.AfterFunc(root, func() { panic("stopped before") })
	fmt.Println("stopped:", unwanted())
	stop(errors.New("the cause"))
	stop(errors.New("too late"))
	wg.Wait()
	close(errs)
	n := 0
	for err := range errs {
		if err.Error() == "the cause" {
			n++
		}
	}
	fmt.Println(n, <-after, kept.Err(), unwanted())

	// A context type of the program's own: cancellation crosses a goroutine.
	own := ownContext{bg, make(chan struct{})}
	child, cancelChild := context.WithCancel(own)
	defer cancelChild()
	close(own.done)
	<-child.Done()
	fmt.Println(child.Err())
}

type ownContext struct {
	context.Context
	done chan struct{}
}

func (c ownContext) Done() <-chan struct{} { return c.done }
func (c ownContext) Err() error {
	select {
	case <-c.done:
		return errors.New("own error")
	default:
		return nil
	}
}
