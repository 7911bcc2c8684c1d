package pinned

import "runtime"

func f() {
	runtime.LockOSThread() // want `runtime.LockOSThread makes every switch`
	runtime.UnlockOSThread()
}
