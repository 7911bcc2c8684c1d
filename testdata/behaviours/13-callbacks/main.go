// What the runtime calls on goroutines of its own may take a lock that a green
// thread holds across a yield: finalizers, cleanups, time.AfterFunc,
// context.AfterFunc, the receiver of a signal. In a patched program they are green
// threads while they run.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

type object struct{ payload [64]byte }

func main() {
	var (
		mu     sync.Mutex
		inside int
		called = make(chan string, 8)
		inHub  = map[string]bool{}
	)
	callback := func(name string) {
		mu.Lock()
		defer mu.Unlock()
		inside++
		check.Equal(name+": inside the lock", inside, 1)
		time.Sleep(time.Millisecond)
		inside--
		inHub[name] = green.InHub()
		called <- name
	}
	arrange := map[string]func(){
		"finalizer": func() { runtime.SetFinalizer(new(object), func(*object) { callback("finalizer") }) },
		"cleanup":   func() { runtime.AddCleanup(new(object), callback, "cleanup") },
		"AfterFunc": func() { time.AfterFunc(time.Millisecond, func() { callback("AfterFunc") }) },
		"context": func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			context.AfterFunc(ctx, func() { callback("context"); cancel() })
		},
		"signal": func() {
			c := make(chan os.Signal, 1)
			signal.Notify(c, syscall.SIGUSR1)
			go func() { <-c; callback("signal") }()
			check.Must(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
		},
	}
	for name, f := range arrange {
		mu.Lock()
		inside++
		f()
		runtime.GC()
		time.Sleep(20 * time.Millisecond) // with the lock held
		inside--
		mu.Unlock()
		check.Until(name+" is called", func() bool {
			runtime.GC()
			return len(called) == 1
		})
		<-called
		mu.Lock()
		check.Equal(name+": is a green thread", inHub[name], green.Enabled())
		mu.Unlock()
	}
}
