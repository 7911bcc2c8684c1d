package times // want `not registered`

import (
	"context"
	"time"
)

func wait(ctx context.Context, f func()) {
	time.Sleep(time.Second)         // want `time.Sleep holds the hub while it sleeps: replace it by green.Sleep`
	time.AfterFunc(time.Second, f)  // want `callback of time.AfterFunc runs outside the hub`
	context.AfterFunc(ctx, func() { // want `callback of context.AfterFunc`
		time.AfterFunc(1, nil)
		time.Sleep(1) // want `green.Sleep`
	})
	<-time.After(1)       // want `receive`
	<-time.NewTicker(1).C // want `receive`
	<-ctx.Done()          // want `receive`
}
