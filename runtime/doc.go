// Package green is the public side of greenify's hub.
//
// In a program built by greenify every goroutine is a green thread: it runs
// until it waits, and then another one runs; never two at once. The go
// statement, channels, select, sync, time, net and os do this by themselves;
// a program needs this package only to ask about the hub, or to do native work.
// Built by plain Go, the package compiles and works too: every call does what
// plain Go does, and InHub reports false.
//
// # One time.Sleep, from source line to wake-up
//
// A green thread calls time.Sleep. Package runtime arms a timer and calls
// gopark, whose last step, park_m, runs on the scheduler's stack. There the
// patch (rule thread/park_m) asks hubRelease: the thread owns the hub, and
// "sleep" is a yield point, so it gives the hub up. When the timer is armed,
// hubPass takes the next thread from the hub's queue and switches to it, on the
// same OS thread, without the Go scheduler. If no thread is ready the hub is
// idle, and the Go scheduler waits for the next timer or descriptor as ever.
//
// The timer fires: on whichever OS thread finds it due, package runtime calls
// ready (rule thread/ready), and hubReady puts the sleeper at the end of the
// hub's queue, or gives it the idle hub at once. When its turn comes, time.Sleep
// returns.
//
// Channels, select, semaphores (all of sync), the poller (all of net and pipes)
// go the same way; the waiting thread stands in the native queue of the object,
// so a goroutine that is not a green thread can be at the other end.
package green
