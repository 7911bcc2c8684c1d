package groups // want `not registered`

import (
	"context"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

type owner struct {
	errgroup.Group
	flights *singleflight.Group
}

func group(g *errgroup.Group, o *owner, f func() error) error {
	g.SetLimit(2)
	g.Go(f)             // want `errgroup.\(\*Group\).Go starts a goroutine outside the hub: replace it by patched.GroupGo`
	o.Go(func() error { // want `patched.GroupGo`
		return nil
	})
	if !g.TryGo(f) { // want `callback of golang.org/x/sync/errgroup.\(\*Group\).TryGo`
		start := o.Group.Go // want `the receiver of the method value may change`
		start(f)
	}
	var own errgroup.Group
	start := own.Go // want `patched.GroupGo`
	start(f)
	return o.Wait() // want `errgroup.\(\*Group\).Wait holds the hub while it waits for the group: replace it by patched.Call01`
}

func weighted(ctx context.Context, s *semaphore.Weighted) error {
	if s.TryAcquire(1) {
		s.Release(1)
	}
	return s.Acquire(ctx, 1) // want `semaphore.\(\*Weighted\).Acquire holds the hub while it waits for the semaphore: replace it by patched.Call21`
}

func flight(o *owner, load func() (any, error)) {
	_, _, _ = o.flights.Do("x", load)                                      // want `singleflight.\(\*Group\).Do holds the hub while it waits for the first caller: replace it by patched.Call23`
	<-o.flights.DoChan("x", func() (any, error) { return o.flights, nil }) // want `callback of golang.org/x/sync/singleflight.\(\*Group\).DoChan runs outside the hub` `receive holds`
	o.flights.Forget("x")
}
