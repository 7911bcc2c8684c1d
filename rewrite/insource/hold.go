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
	c := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // by nohup, say: Notify would end that
			signal.Notify(c, s)
		}
	}
	return func() {
		signal.Stop(c)
		select {
		case s := <-c:
			syscall.Kill(os.Getpid(), s.(syscall.Signal))
			select {} // until it is delivered
		default:
		}
	}
}
