//go:build greenify_hub

package runtime

import (
	"internal/goarch"
	"internal/runtime/atomic"
	"internal/stringslite"
	"unsafe"
)

// Places: where in the program something was done, for reports of deadlocks. A
// place is a short stack. Each is kept once, in a table, so that what was done there
// needs only 16 bits for it: a channel has that much to spare, and is neither larger
// nor, with the setting made off, slower for it.

// hubPlace is the number of a place, 0 if it is not known.
type hubPlace uint16

const hubPlaces = 1 << 13 // a program has fewer; those beyond are not known

// hubPlaceTable is a hash table. Entries are added with the lock held, and never
// change.
var hubPlaceTable struct {
	lock    mutex
	entries [hubPlaces]struct {
		sum atomic.Uintptr // of pcs; 0: free. Written last
		pcs [8]uintptr     // return addresses
	}
}

// hubHere returns the place of its caller's caller.
//
//go:noinline
func hubHere() hubPlace {
	gp := getg()
	var pcs [8]uintptr
	sum := uintptr(1)
	n := -1 // the first is the caller
	// Frame pointers, as in fpTracebackPCs; frames of C have none. No async preemption
	// moves the stack in package runtime.
	for fp := getfp(); gp.stack.lo <= fp && fp < gp.stack.hi-2*goarch.PtrSize && n < len(pcs); n++ {
		frame := (*[2]uintptr)(unsafe.Pointer(fp))
		if n >= 0 {
			pcs[n] = frame[1]
			sum = sum*31 + frame[1]
		}
		fp = frame[0]
	}
	sum |= 1
	t := &hubPlaceTable
	for probe := range uintptr(16) {
		i := (sum>>1 + probe) % hubPlaces
		e := &t.entries[i]
		if e.sum.Load() == 0 {
			lock(&t.lock)
			if e.sum.Load() == 0 {
				e.pcs = pcs
				e.sum.Store(sum)
			}
			unlock(&t.lock)
		}
		if e.sum.Load() == sum && e.pcs == pcs {
			return hubPlace(i + 1)
		}
	}
	return 0
}

// print prints what was done at the place: at the innermost line that is not of the
// standard library, or else not of the runtime and sync.
func (p hubPlace) print(what string) {
	if p == 0 {
		return
	}
	var found hubFrame
search:
	for _, pc := range hubPlaceTable.entries[p-1].pcs {
		f := findfunc(pc)
		if !f.valid() {
			break
		}
		for u, uf := newInlineUnwinder(f, pc-1); uf.valid(); uf = u.next(uf) {
			file, line := u.fileLine(uf)
			fr := hubFrame{u.srcFunc(uf).name(), file, int32(line)}
			pkg := hubPackage(fr.name)
			if hubOfScope(pkg, hubScopeDeps) {
				found = fr
				break search
			}
			if found.file == "" && pkg != "runtime" && pkg != "sync" && !stringslite.HasPrefix(pkg, "internal/") {
				found = fr
			}
		}
	}
	if found.file != "" {
		print(", ", what, " at ", found.file, ":", found.line)
	}
}

// hubMade says whether to note where channels are made (GREENIFY=made=1): 1 is on, 0
// off unless this is a test binary, -1 off.
var hubMade int8
