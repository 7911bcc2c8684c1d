//go:build greenify_hub && greenify_sim

package maps

import (
	"internal/abi"
	"unsafe"
)

// hubHash is typ.Hasher, but for keys that have pointers, which the compiler has it hash by
// their addresses (runtime/greenify_sim_pointer.go).
func hubHash(typ *abi.MapType, key unsafe.Pointer, seed uintptr) uintptr {
	if k := typ.Key; k.PtrBytes != 0 && k.Kind() != abi.String {
		return hubTypehash(k, key, seed)
	}
	return typ.Hasher(key, seed)
}

// hubTypehash hashes the value of type t at p; provided by package runtime.
//
//go:linkname hubTypehash
func hubTypehash(t *abi.Type, p unsafe.Pointer, seed uintptr) uintptr
