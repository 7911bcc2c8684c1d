//go:build greenify_hub

package poll

import (
	"sync/atomic"
	"syscall"
)

// HubConns are the connections that a worker has accepted (internal/hubworkers).
var HubConns struct {
	Counts  bool         // this process is a worker; written before anything of the program runs
	Stopped atomic.Bool  // no more are accepted
	Open    atomic.Int64 // that have not been closed; one that may be there now counts
}

// hubAccept is accept, which finds nothing once the worker is to end: who accepts goes on to
// wait, as in front of a listener to which nobody connects. It counts first and looks then,
// so who stops it and then sees no connection has seen all.
func hubAccept(s int) (int, syscall.Sockaddr, string, error) {
	c := &HubConns
	if !c.Counts {
		return accept(s)
	}
	c.Open.Add(1)
	if c.Stopped.Load() {
		c.Open.Add(-1)
		return -1, nil, "accept4", syscall.EAGAIN
	}
	n, addr, call, err := accept(s)
	if err != nil {
		c.Open.Add(-1)
	}
	return n, addr, call, err
}
