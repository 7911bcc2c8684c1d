package rules

// Locks makes every sync.Mutex and RWMutex know who holds it. They become larger, and
// locking and unlocking a free one are calls that are no longer inlined, so these
// rules apply only with -locks.
func Locks() []Leaf { return grouped("thread", locks) }

const (
	mutex   = "internal/sync/mutex.go"
	rwmutex = "sync/rwmutex.go"
)

var locks = []Leaf{
	{File: mutex, Edit: edit("Mutex", after, "sema uint32", "hub hubLock", 1), Why: "who holds it, and where it was locked"},
	{File: mutex, Edit: edit("Mutex.Lock", before, "return", "m.hub.locked()", 1), Why: "locked"},
	{File: mutex, Edit: edit("Mutex.Lock", after, "m.lockSlow()", "m.hub.locked()", 1), Why: "locked after a wait"},
	{File: mutex, Edit: edit("Mutex.TryLock", before, "return true", "m.hub.locked()", 1), Why: "locked"},
	{File: mutex, Edit: edit("Mutex.Unlock", entry, "", "m.hub.unlocked()", 1), Why: "nobody holds it"},
	{File: rwmutex, Edit: edit("RWMutex", after, "readerWait atomic.Int32", "hub hubReaders", 1), Why: "who reads"},
	{File: rwmutex, Edit: edit("RWMutex.RLock", end, "", "rw.hub.locked()", 1), Why: "locked for reading"},
	{File: rwmutex, Edit: edit("RWMutex.TryRLock", before, "return true", "rw.hub.locked()", 1), Why: "locked for reading"},
	{File: rwmutex, Edit: edit("RWMutex.RUnlock", entry, "", "rw.hub.unlocked()", 1), Why: "a reader leaves"},
}
