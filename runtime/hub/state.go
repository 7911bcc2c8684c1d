//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// hub is the one hub of the process.
var hub struct {
	on bool // patched and not GREENIFY=off; written once, before main's init

	// Owned by whoever owns the hub. The owner is a green thread, an M that is
	// passing the hub on, or sysmon during a rescue; never two of them.
	runq     gQueue   // ready threads (queue.go)
	yielded  uint32   // how many of the last of them yielded, and were not woken
	over     gQueue   // those whose time slice was over
	overTurn uint32   // the first of these waits for that turn,
	overTime int64    // and since then
	overRuns bool     // it was one of them that was taken last
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

// hubState is what each g carries. It has no more bytes than hubStateSize without -sim, with which a
// g and the header of its allocation are a size class, so the fields stand by their size. What has
// no bytes without -sim is not last: it would be given some.
type hubState struct {
	sim    hubSimThread
	listed hubSimListed // outlives the thread
	hubFlags
	hold   int8 // while not 0, waits keep the hub: the runtime's own business
	ran    bool // counted in hub.alive
	quiet  bool // left the hub for a system call of the standard library: runs no user code
	native bool // of a g0: the goroutine it starts is native

	pool     hubPoolPtr     // does work of that offload pool: runs only with a worker; 0 if of none
	waitlock uintptr        // gopark's lock argument: where the thread waits
	name     *string        // for reports; nil if it has none
	local    unsafe.Pointer // package green's data of the thread; born with its parent's
	trace    hubTracedPtr   // outlives the thread

	since  uint32 // hub ticks (hubNow) when it parked
	report hubReported
	slow   hubSlowCall
	birth  hubBirth
	kill   hubKillState
	shield hubShielding
}

// hubStateSize makes a g one of 568 bytes in Go 1.26 and 1.27.
const hubStateSize = 112

// hubRole is what a goroutine is to the hub. iter.Pull moves it from the caller to
// the iterator's goroutine and back (hubMove).
type hubRole struct {
	hubFlags
	pool   hubPoolPtr
	strict bool // inside green.NoYield (strict.go)
}

type hubFlags struct {
	green  bool // a green thread: runs only as owner of the hub
	owner  bool // owns the hub. Inv: at most one g at a time
	busy   bool // was made to yield, and will be at the end of each slice until it waits by itself (busy.go)
	worker bool // has a worker of the pool
}

// waits reports whether a goroutine that becomes runnable must queue (hubReady).
func (h *hubState) waits() bool { return h.green && !h.owner || h.pool != 0 && !h.worker }
