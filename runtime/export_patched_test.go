package green

import "sync"

// Guard returns the lock of a Semaphore, Queue, Event, DAG or Handle.
func Guard(of any) sync.Locker {
	switch v := of.(type) {
	case *Semaphore:
		return &v.mu
	case *Queue[int]:
		return &v.mu
	case *Event[int]:
		return &v.mu
	case *DAG[string, int]:
		return &v.mu
	case *Handle:
		return &v.mu
	}
	panic("green: no lock")
}

// KillThread kills the thread without its handle's lock, as greenify top does.
func KillThread(h *Handle) { h.ref.kill() }
