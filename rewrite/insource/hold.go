package insource

import (
	"os"
	"os/signal"
	"syscall"
)

// holdSignals keeps ^C, and what else asks the process to end, from coming between the
// files of a swap. Release ends the process by the first that has come, if any: the files
// are whole then, and nothing is left beside them. (SIGKILL leaves the journal, which the
// next command finishes or undoes.)
func holdSignals() (release func()) {
	c := endSignals()
	return func() {
		signal.Stop(c)
		endByFirst(c)
	}
}

// atSignal calls f if ^C, or what else asks the process to end, comes before done is called,
// and lets it end the process then.
func atSignal(f func()) (done func()) {
	c := endSignals()
	quit, over := make(chan bool), make(chan bool)
	go func() {
		select {
		case s := <-c:
			f()
			endBy(s)
		case <-quit:
		}
		endByFirst(c)
		close(over)
	}()
	return func() {
		signal.Stop(c)
		close(quit)
		<-over
	}
}

// endSignals receives the signals that ask the process to end.
func endSignals() chan os.Signal {
	c := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // by nohup, say: Notify would end that
			signal.Notify(c, s)
		}
	}
	return c
}

// endByFirst ends the process by the signal that has come, if any.
func endByFirst(c chan os.Signal) {
	select {
	case s := <-c:
		endBy(s)
	default:
	}
}

func endBy(s os.Signal) {
	signal.Reset(s)
	syscall.Kill(os.Getpid(), s.(syscall.Signal))
	select {} // until it is delivered
}
