//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// What a collection finds gone: finalizers and cleanups, in the order in which the program has set
// them. The sweeper comes upon them by where the objects are, and queues them as it goes; they are
// run from the last on, a block at a time, by who may be awake before the sweep is over, and a
// block begins with what the collection before has left. So in a simulation they are put together, and
// queued when the last one is there.

// hubSimGone are those found so far. The memory is not the heap's: what they refer to was marked by
// this collection, and is in the queues before the next one begins to mark.
var hubSimGone struct {
	lock mutex
	list *[1 << 28]hubSimGoneOne
	n    uint32
	most uint32

	finalizers atomic.Uint64 // that were set
}

// A hubSimGoneOne is a finalizer or a cleanup. Its words are pointers, without write barriers.
type hubSimGoneOne struct {
	id        uint64 // of the order: each kind has its own
	finalizer bool
	words     [5]uintptr
}

// hubSimFinalizer returns the next number of a finalizer.
func hubSimFinalizer() uint64 { return hubSimGone.finalizers.Add(1) }

// hubSimFinalizes is called by the sweeper for an object that has a finalizer.
func hubSimFinalizes(p unsafe.Pointer, fn *funcval, nret uintptr, fint *_type, ot *ptrtype, id uint64) {
	if hubSim.clock == 0 {
		queuefinalizer(p, fn, nret, fint, ot)
		return
	}
	hubSimGoneAdd(hubSimGoneOne{id: id, finalizer: true, words: [5]uintptr{
		uintptr(p), uintptr(unsafe.Pointer(fn)), nret, uintptr(unsafe.Pointer(fint)), uintptr(unsafe.Pointer(ot))}})
}

// hubSimCleans is called by the sweeper for a cleanup of an object that is gone.
func hubSimCleans(fn cleanupFn, id uint64) {
	if hubSim.clock == 0 {
		gcCleanups.enqueue(fn)
		return
	}
	one := hubSimGoneOne{id: id}
	*(*[unsafe.Sizeof(fn)]byte)(unsafe.Pointer(&one.words)) = *(*[unsafe.Sizeof(fn)]byte)(unsafe.Pointer(&fn))
	hubSimGoneAdd(one)
}

func hubSimGoneAdd(one hubSimGoneOne) {
	c := &hubSimGone
	lock(&c.lock)
	if c.n == c.most {
		most := max(2*c.most, 256)
		list := (*[1 << 28]hubSimGoneOne)(persistentalloc(uintptr(most)*unsafe.Sizeof(one), 8, &memstats.gcMiscSys))
		if c.n != 0 {
			copy(list[:c.n], c.list[:c.n])
		}
		c.list, c.most = list, most
	}
	c.list[c.n] = one
	c.n++
	unlock(&c.lock)
}

// hubSimQueueGone is called when all of a collection have been found.
func hubSimQueueGone() {
	c := &hubSimGone
	if c.n == 0 {
		return
	}
	list := c.list[:c.n]
	hubSimSortGone(list)
	for i := range list {
		w := &list[i].words
		if list[i].finalizer {
			queuefinalizer(unsafe.Pointer(w[0]), (*funcval)(unsafe.Pointer(w[1])), w[2], (*_type)(unsafe.Pointer(w[3])), (*ptrtype)(unsafe.Pointer(w[4])))
		} else {
			gcCleanups.enqueue(*(*cleanupFn)(unsafe.Pointer(w)))
		}
	}
	c.n = 0
}

// hubSimSortGone sorts by id: a heap sort, for there may be many, and nothing may be allocated.
func hubSimSortGone(list []hubSimGoneOne) {
	sink := func(i, n int) {
		for child := 2*i + 1; child < n; child = 2*i + 1 {
			if child+1 < n && list[child+1].id > list[child].id {
				child++
			}
			if list[i].id >= list[child].id {
				return
			}
			list[i], list[child] = list[child], list[i]
			i = child
		}
	}
	for i := len(list)/2 - 1; i >= 0; i-- {
		sink(i, len(list))
	}
	for n := len(list) - 1; n > 0; n-- {
		list[0], list[n] = list[n], list[0]
		sink(0, n)
	}
}
