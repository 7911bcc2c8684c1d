// Signals that the program sends to itself arrive on channels, in contexts, and
// no longer after Stop and Reset.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"programs/internal/parked"
)

func main() {
	kill := func(s syscall.Signal) { syscall.Kill(syscall.Getpid(), s) }
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1, syscall.SIGUSR2)
	kill(syscall.SIGUSR1)
	fmt.Println(<-c)

	// Parked before the signal comes, beside others that wait.
	done := make(chan bool)
	go func() {
		select {
		case s := <-c:
			fmt.Println("select", s)
		case <-time.After(time.Hour):
		}
		done <- true
	}()
	parked.Wait("select", 1)
	kill(syscall.SIGUSR2)
	<-done

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT)
	kill(syscall.SIGINT)
	<-ctx.Done()
	fmt.Println(ctx.Err(), "-", context.Cause(ctx))
	stop()

	signal.Ignore(syscall.SIGUSR1)
	kill(syscall.SIGUSR1)
	fmt.Println("ignored", signal.Ignored(syscall.SIGUSR1))
	signal.Notify(c, syscall.SIGUSR1)
	signal.Stop(c)
	signal.Ignore(syscall.SIGUSR1)
	kill(syscall.SIGUSR1)
	select {
	case s := <-c:
		fmt.Println("after Stop", s)
	case <-time.After(10 * time.Millisecond):
	}

	// A storm; each is waited for, so that none is merged.
	signal.Notify(c, syscall.SIGUSR2)
	for range 100 {
		kill(syscall.SIGUSR2)
		<-c
	}
	fmt.Println("a hundred")
}
