//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

var hub struct {
	on bool // patched and not GREENIFY=off; written once, before main's init

	// Owned by whoever owns the hub. The owner is a green thread, an M that is
	// passing the hub on, or sysmon during a rescue; never two of them.
	runq     gQueue   // ready threads, first in first out
	holder   guintptr // the owner, 0 while the hub is idle
	last     guintptr // the last owner
	turns    uint32   // times the hub was given to a thread
	switches uint64   // times the owner was another thread than the one before
	yields   uint64   // parks and Gosched calls

	lock    mutex
	busy    bool         // somebody owns the hub; guarded by lock when it may change
	remote  gQueue       // ready threads queued by others than the owner; guarded by lock
	nremote atomic.Int32 // len(remote), to look without the lock

	manifest int // keeps hubManifest in the binary (hubDeadlock)

	spawned atomic.Uint64
	alive   atomic.Int64
	peak    atomic.Int64
	rescued atomic.Uint64
}

// hubState is what each g carries.
type hubState struct {
	green  bool       // a green thread: runs only as owner of the hub
	owner  bool       // owns the hub. Inv: at most one g at a time
	busy   bool       // was made to yield, and will be at the end of each slice until it waits by itself (busy.go)
	tries  uint8      // signals since it was to be killed, while busy (interrupt.go)
	ran    bool       // counted in hub.alive
	quiet  bool       // left the hub for a system call of the standard library: runs no user code
	child  bool       // of a g0: the goroutine it starts is native
	stuck  int8       // in a deadlock report: stuckNot, ...
	group  int32      // likewise, which threads belong together
	kind   uint32     // likewise, which threads wait alike (hubAlike)
	first  bool       // likewise, of its kind
	told   bool       // was reported to be stuck (patrol.go)
	handle bool       // can be killed by the program (green.Handle)
	looked uint32     // since of the wait that was looked at, and 1 (patrol.go)
	pool   hubPoolPtr // does work of that offload pool: runs only with a worker; 0 if of none
	worker bool       // has a worker of the pool
	trace  hubTraced
	hold   int8   // while not 0, waits keep the hub: the runtime's own business
	since  uint32 // hub ticks (hubNow) when it parked

	kill     uint8          // hubKillNone and so on. Others than the thread itself change it only as owner of the hub
	under    uint8          // likewise, while strict: what kill is else
	strict   bool           // in green.NoYield. Inv: kill is hubStrict unless its wait was cut
	fd       bool           // the semaphore is that of a descriptor (internal/poll.fdMutex)
	uncut    int8           // while not 0 a kill waits (uncut.go)
	claim    *uint32        // whoever ends the thread's wait must win it first (uncut.go); nil if nobody need
	shields  int32          // how many shields of std it stands in (shield.go)
	wholes   int32          // how many of them are whole
	cuts     int32          // waits that were ended by an error in these
	shield   *hubShield     // the innermost of them that has something to cancel
	waitlock uintptr        // gopark's lock argument: where the thread waits
	start    uintptr        // where it was started, if gopc lies in what starts threads for others; else 0
	starts   uintptr        // likewise of the thread that it starts next
	name     *string        // for reports; nil if it has none
	local    unsafe.Pointer // package green's data of the thread; born with its parent's
}

// waits reports whether a goroutine that becomes runnable must queue (hubReady).
func (h *hubState) waits() bool { return h.green && !h.owner || h.pool != 0 && !h.worker }
