//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"internal/stringslite"
)

// Database drivers that wait in C. Their calls give the hub away at entry, with
// the P, as entersyscallblock does it, instead of keeping it until they are
// rescued; each comes back to the hub when C returns or calls back.

// hubCgoSeen remembers for some stubs whether they wait: pc<<1, and 1 if so.
var hubCgoSeen [64]atomic.Uintptr

// hubCgoWaits reports whether the C function whose stub returns to pc may wait,
// for an owner. It is called where the stack must not move.
//
//go:nosplit
func hubCgoWaits(pc uintptr) (waits bool) {
	if gp := getg(); !gp.hub.owner || gp.hub.hold != 0 || hubIsStrict(gp) {
		return false
	}
	seen := &hubCgoSeen[pc>>4%uintptr(len(hubCgoSeen))] // functions are aligned to 16 bytes or more
	if v := seen.Load(); v>>1 == pc {
		return v&1 != 0
	}
	systemstack(func() { waits = hubCgoListed(pc) })
	v := pc << 1
	if waits {
		v |= 1
	}
	seen.Store(v)
	return waits
}

func hubCgoListed(pc uintptr) bool {
	f := findfunc(pc)
	if !f.valid() {
		return false
	}
	// cmd/cgo names the stub of the C function f pkg._Cfunc_f. It is never
	// inlined (go:cgo_unsafe_args).
	name := funcname(f)
	for _, f := range hubCgo {
		i := stringslite.IndexByte(f, ' ')
		rest, ok := stringslite.CutPrefix(name, f[:i])
		if ok && stringslite.HasPrefix(rest, "._Cfunc_") && (f[i+1:] == "*" || rest[len("._Cfunc_"):] == f[i+1:]) {
			return true
		}
	}
	return false
}
