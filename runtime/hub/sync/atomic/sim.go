//go:build greenify_hub && greenify_sim

package atomic

import (
	"internal/runtime/sys"
	"unsafe"
)

// The functions of this package, with a point before each operation. What they call is
// what they were in the release, under another name (rules.SimTexts). The standard
// library's calls of them, and the methods of types that are compiled into it, do not come
// here: the compiler puts the operation in their place. In packages of the program it does not
// (-d=ssa/intrinsics/off, cmd/greenify/simflags.go).

// hubAt is a point before an operation, of who calls this package at pc; provided by
// package runtime.
//
//go:noescape
func hubAt(object unsafe.Pointer, pc uintptr)

func SwapInt32(addr *int32, new int32) (old int32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubSwapInt32(addr, new)
}

func SwapUint32(addr *uint32, new uint32) (old uint32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubSwapUint32(addr, new)
}

func SwapUintptr(addr *uintptr, new uintptr) (old uintptr) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubSwapUintptr(addr, new)
}

func SwapPointer(addr *unsafe.Pointer, new unsafe.Pointer) (old unsafe.Pointer) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubSwapPointer(addr, new)
}

func CompareAndSwapInt32(addr *int32, old, new int32) (swapped bool) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubCompareAndSwapInt32(addr, old, new)
}

func CompareAndSwapUint32(addr *uint32, old, new uint32) (swapped bool) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubCompareAndSwapUint32(addr, old, new)
}

func CompareAndSwapUintptr(addr *uintptr, old, new uintptr) (swapped bool) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubCompareAndSwapUintptr(addr, old, new)
}

func CompareAndSwapPointer(addr *unsafe.Pointer, old, new unsafe.Pointer) (swapped bool) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubCompareAndSwapPointer(addr, old, new)
}

func AddInt32(addr *int32, delta int32) (new int32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAddInt32(addr, delta)
}

func AddUint32(addr *uint32, delta uint32) (new uint32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAddUint32(addr, delta)
}

func AddUintptr(addr *uintptr, delta uintptr) (new uintptr) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAddUintptr(addr, delta)
}

func AndInt32(addr *int32, mask int32) (old int32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAndInt32(addr, mask)
}

func AndUint32(addr *uint32, mask uint32) (old uint32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAndUint32(addr, mask)
}

func AndUintptr(addr *uintptr, mask uintptr) (old uintptr) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAndUintptr(addr, mask)
}

func OrInt32(addr *int32, mask int32) (old int32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubOrInt32(addr, mask)
}

func OrUint32(addr *uint32, mask uint32) (old uint32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubOrUint32(addr, mask)
}

func OrUintptr(addr *uintptr, mask uintptr) (old uintptr) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubOrUintptr(addr, mask)
}

func LoadInt32(addr *int32) (val int32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubLoadInt32(addr)
}

func LoadUint32(addr *uint32) (val uint32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubLoadUint32(addr)
}

func LoadUintptr(addr *uintptr) (val uintptr) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubLoadUintptr(addr)
}

func LoadPointer(addr *unsafe.Pointer) (val unsafe.Pointer) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubLoadPointer(addr)
}

func StoreInt32(addr *int32, val int32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	hubStoreInt32(addr, val)
}

func StoreUint32(addr *uint32, val uint32) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	hubStoreUint32(addr, val)
}

func StoreUintptr(addr *uintptr, val uintptr) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	hubStoreUintptr(addr, val)
}

func StorePointer(addr *unsafe.Pointer, val unsafe.Pointer) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	hubStorePointer(addr, val)
}

func SwapInt64(addr *int64, new int64) (old int64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubSwapInt64(addr, new)
}

func SwapUint64(addr *uint64, new uint64) (old uint64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubSwapUint64(addr, new)
}

func CompareAndSwapInt64(addr *int64, old, new int64) (swapped bool) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubCompareAndSwapInt64(addr, old, new)
}

func CompareAndSwapUint64(addr *uint64, old, new uint64) (swapped bool) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubCompareAndSwapUint64(addr, old, new)
}

func AddInt64(addr *int64, delta int64) (new int64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAddInt64(addr, delta)
}

func AddUint64(addr *uint64, delta uint64) (new uint64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAddUint64(addr, delta)
}

func AndInt64(addr *int64, mask int64) (old int64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAndInt64(addr, mask)
}

func AndUint64(addr *uint64, mask uint64) (old uint64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubAndUint64(addr, mask)
}

func OrInt64(addr *int64, mask int64) (old int64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubOrInt64(addr, mask)
}

func OrUint64(addr *uint64, mask uint64) (old uint64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubOrUint64(addr, mask)
}

func LoadInt64(addr *int64) (val int64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubLoadInt64(addr)
}

func LoadUint64(addr *uint64) (val uint64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	return hubLoadUint64(addr)
}

func StoreInt64(addr *int64, val int64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	hubStoreInt64(addr, val)
}

func StoreUint64(addr *uint64, val uint64) {
	hubAt(unsafe.Pointer(addr), sys.GetCallerPC())
	hubStoreUint64(addr, val)
}
