package app // want package:"analyzed"

import (
	"example.com/lib"
	"example.com/pool"
	green "github.com/greenify-go/greenify/runtime"
)

func run(t *lib.T[int]) { // want run:"may block, through lib.Serve, lib.lock, sync.\\(\\*Mutex\\).Lock"
	lib.Serve(1) // want `lib.Serve may block the hub, through lib.lock, sync.\(\*Mutex\).Lock: patch package lib too`
	t.Get()      // want `lib.\(\*T\).Get may block the hub, through receive: patch package lib too`
	lib.Patched()
	lib.Starts(nil)
	defer lib.Even(2) // want `lib.Even may block the hub`
	go lib.Even(2)
}

// What is called outside the hub may wait.
func offloaded(w pool.Waiter) {
	green.Offload(func() { w.Wait() })
}
