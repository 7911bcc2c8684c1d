package green

// A Deadlock is a set of threads that wait only for each other, or that wait alike.
type Deadlock struct {
	Threads []uint64 // their IDs
	// Proven: nothing that can still run refers to what they wait on, or, in a
	// program built with -locks, they wait for locks whose holders are among them
	// or have ended. Otherwise they wait for locks in a circle, and the holder of a
	// lock is taken to be the one that has deferred its Unlock.
	Proven bool
	// Who waits for what, since when, started where, and the stacks. Of many threads
	// that wait alike it has one, and how many more there are.
	Report string
}

// stuckRecord has the layout of the hub's hubStuckThread.
type stuckRecord struct {
	id     uint64
	group  int32
	proven bool
	end    int32
}

// Deadlocks returns the sets of threads that wait only for each other while
// others run, without those that wait inside package testing for others. It runs the garbage collector, so it yields, and stops the world. In
// source and unpatched it returns nil. (gevent's LoopExit is for the
// case that nobody can run, which ends a program by itself.)
func Deadlocks() []Deadlock {
	list, text := make([]stuckRecord, 64), make([]byte, 64<<10)
	n, length := deadlocks(list, text)
	for n > len(list) || length == len(text) {
		list, text = make([]stuckRecord, 2*n), make([]byte, 8*len(text))
		n, length = deadlocks(list, text)
	}
	var found []Deadlock
	begin := int32(0)
	for i, r := range list[:n] {
		if i == 0 || r.group != list[i-1].group {
			found = append(found, Deadlock{Proven: r.proven, Report: string(text[begin:r.end])})
			begin = r.end
		}
		d := &found[len(found)-1]
		d.Threads = append(d.Threads, r.id)
	}
	return found
}
