//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

// The collector's proof that nobody can wake a thread needs the lock to be an object of
// its own. But the allocator puts small objects without pointers together in blocks of 16
// bytes (mallocgcTiny), and who refers to one keeps all of them. So what has a lock in it
// is not put there. That concerns types of 8 or 12 bytes: a Mutex, a Once, and structs
// with no more than a word beside it; their blocks are no larger than before.

// hubHasLock reports whether a type of fewer than 16 bytes without pointers has a Mutex
// in it. It is on the path of every small allocation: only the kind is looked at here.
func hubHasLock(typ *_type) bool {
	return typ != nil && (typ.Kind_ == abi.Struct || typ.Kind_ == abi.Array) && typ.Size_ >= hubMutexSize && hubTypeHasLock(typ)
}

// hubLockTypes remembers answers: the address of a type, and 1 if it has a lock. An entry
// is overwritten by the next type of its slot.
var hubLockTypes [64]atomic.Uintptr

func hubTypeHasLock(typ *_type) bool {
	e := &hubLockTypes[typ.Hash%uint32(len(hubLockTypes))]
	key := uintptr(unsafe.Pointer(typ)) // in the program's data: it does not move, and is even
	if was := e.Load(); was&^1 == key {
		return was&1 != 0
	}
	has := hubLockIn(typ)
	if has {
		key |= 1
	}
	e.Store(key)
	return has
}

func hubLockIn(typ *_type) bool {
	switch typ.Kind_ {
	case abi.Array:
		return hubLockIn((*arraytype)(unsafe.Pointer(typ)).Elem)
	case abi.Struct:
		t := (*structtype)(unsafe.Pointer(typ))
		// No other type of that package is as small and has no pointers.
		if t.PkgPath.Bytes != nil && t.PkgPath.Name() == "internal/sync" {
			return true
		}
		for i := range t.Fields {
			if f := t.Fields[i].Typ; f.Size_ >= hubMutexSize && hubLockIn(f) {
				return true
			}
		}
	}
	return false
}
