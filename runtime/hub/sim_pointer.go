//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

// Where an object is depends on what else the process has allocated, threads of the kernel
// above all, so it is not the same in another process. Hashes of pointers, which decide the
// order of maps, are by names of objects instead. An object gets its name when a pointer to it
// is hashed for the first time, from who does that, as what is drawn (hubSimWord), and keeps it
// until the collector frees it.
//
// What is not in the heap is named by its address: variables of the program are where the
// linker has put them, and C's memory where C has. So are numbers of type uintptr, which
// may be addresses.

// hubSimNames are the names of the objects of a span, 0 of those that have none.
type hubSimNames struct {
	list *[1 << 30]atomic.Uint64
	most uintptr // how many there is room for
	n    uintptr // how many there are; 0: none is named
}

var hubSimNaming mutex // guards growth and drawing of names: threads that have left the hub hash, too

// hubSimHash is typehash for a type whose equality is that of memory, pointers among it.
func hubSimHash(t *_type, p unsafe.Pointer, h uintptr) uintptr {
	switch t.Kind() {
	case abi.Array:
		a := (*arraytype)(unsafe.Pointer(t))
		for i := range a.Len {
			h = typehash(a.Elem, add(p, i*a.Elem.Size_), h)
		}
	case abi.Struct:
		s := (*structtype)(unsafe.Pointer(t))
		for _, f := range s.Fields {
			if !f.Name.IsBlank() {
				h = typehash(f.Typ, add(p, f.Offset), h)
			}
		}
	default: // a pointer or a channel
		name := hubSimName(*(*uintptr)(p))
		h = memhash64(noescape(unsafe.Pointer(&name)), h)
	}
	return h
}

// hubSimName returns a number that is the same in another process for a pointer to an object.
func hubSimName(p uintptr) uint64 {
	s := spanOfHeap(p)
	if s == nil {
		return uint64(p)
	}
	i := s.objIndex(p)
	offset := p - s.base() - i*s.elemsize
	n := uintptr(s.nelems)
	if s.spanclass == tinySpanClass {
		// Several objects share a place, some of them the runtime's.
		i, offset, n = i*s.elemsize+offset, 0, n*s.elemsize
	}
	names := &s.hubNames
	if i < atomic.Loaduintptr(&names.n) {
		if name := names.list[i].Load(); name != 0 {
			return name + uint64(offset)
		}
	}
	lock(&hubSimNaming)
	if names.n == 0 {
		if names.most < n {
			names.most = 1
			for names.most < n {
				names.most *= 2
			}
			names.list = (*[1 << 30]atomic.Uint64)(persistentalloc(names.most*8, 8, &memstats.other_sys))
		}
		clear(names.list[:n])
		atomic.Storeuintptr(&names.n, n)
	}
	name := names.list[i].Load()
	if name == 0 {
		name = hubSimNewName()
		names.list[i].Store(name)
	}
	unlock(&hubSimNaming)
	return name + uint64(offset)
}

// hubSimNewName draws a name. That of another seed is another one, so that a map that lives
// on has no two objects of the same.
func hubSimNewName() uint64 {
	s := &hubSim
	for {
		var w uint64
		if gp := getg().m.curg; gp != nil && gp.hub.ran {
			t := &gp.hub.sim
			t.names++
			w = hubMix(hubMix(^s.seed^t.id) - uint64(t.names)*0x9e3779b97f4a7c15)
		} else {
			s.names++
			w = hubMix(^s.seed ^ s.names)
		}
		if w != 0 {
			return w
		}
	}
}

// hubSimSwept is called before the objects of a span that are not marked are free.
func hubSimSwept(s *mspan) {
	names := &s.hubNames
	if names.n == 0 {
		return
	}
	each := names.n / uintptr(s.nelems)
	for i := range uintptr(s.nelems) {
		if *s.gcmarkBits.bytep(i / 8)&(1<<(i%8)) == 0 { // not isMarked: marks that were in the span are here by now
			clear(names.list[i*each : (i+1)*each])
		}
	}
}

//go:linkname maps_hubTypehash internal/runtime/maps.hubTypehash
func maps_hubTypehash(t *_type, p unsafe.Pointer, seed uintptr) uintptr { return typehash(t, p, seed) }

//go:linkname internal_sync_hubTypehash internal/sync.hubTypehash
func internal_sync_hubTypehash(t *_type, p unsafe.Pointer, seed uintptr) uintptr {
	return typehash(t, p, seed)
}

//go:linkname unique_hubTypehash unique.hubTypehash
func unique_hubTypehash(t *_type, p unsafe.Pointer, seed uintptr) uintptr {
	return typehash(t, p, seed)
}

//go:linkname maphash_hubTypehash hash/maphash.hubTypehash
func maphash_hubTypehash(t *_type, p unsafe.Pointer, seed uintptr) uintptr {
	return typehash(t, p, seed)
}
