// Package green is the public side of greenify's hub.
//
// In a program built by greenify every goroutine is a green thread: it runs
// until it waits, and then another one runs; never two at once. (One that computes
// for long while others are ready is made to yield: GREENIFY=busy.) The go
// statement, channels, select, sync, time, net and os do this by themselves;
// a program needs this package only to ask about the hub, or to do native work.
//
// A program patched in source (greenify rewrite) is built by plain Go, and all
// that may wait in it calls this package, or package patched, which has what people do
// not call. Its main calls patched.Main, which turns the hub on. In any other program
// every call does what plain Go does, and InHub reports false.
//
// # What is promised
//
// By semantic versions, the API of the module is: this package, greentest, the analyzer
// (rewrite/greenify) and its golangci-lint plugin (rewrite/greenify/golangci), and the
// flags, exit codes and JSON of the command greenify. Before v1 a minor version may
// break it, as semantic versions have it. All other packages may change with any
// version, also those that only rewritten code imports, patched and patchedmain: the
// greenify that rewrote the code has to fit, and the compiler checks that it does
// (patched.SupportsVersion1).
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
//
// # The same in source
//
// A green thread calls Sleep. It gives the baton to the next ready thread, which
// has waited for it on a channel of its own, calls time.Sleep like any goroutine,
// and when that returns queues for the baton. Send, Recv, Select, Lock, RLock
// and Do first try without waiting and keep the baton if that works (baton.go).
//
// What differs from a whole-program build:
//
//   - Only patched code is cooperative. Calls that may wait in code that is not go
//     through the Call functions of package patched, which leave the hub, and callbacks
//     come back by its Enter functions; a method of an interface (Method) leaves it if
//     the value turns out to be one of the standard library, or to have the method from
//     one that it embeds. Reader and Writer leave the hub for what the standard library
//     reads and writes, EnterReader and EnterWriter enter it for what that reads and
//     writes of the program's.
//   - What waits with the baton all the same, such as a lock of std that is held
//     while a writer waits, loses the baton after about a second, if other threads
//     are ready, and is reported (rescue.go). What computes without a call of this
//     package while others are ready loses it after GREENIFY=busy (busy.go), and a loop
//     that polls by such calls yields when its time slice is over.
//   - A thread whose wait is over is ready when its goroutine has run, so threads
//     woken together queue in the order in which the Go scheduler runs them, and
//     on several processors a thread may find that it has to wait for a peer that
//     is still on its way into its own wait: there are a few yields more.
//   - Goroutines that package initialization starts are native and stay so.
//   - When nothing can run, Go's own deadlock report says so.
package green
