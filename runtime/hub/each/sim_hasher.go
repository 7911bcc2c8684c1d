//go:build greenify_hub && greenify_sim

package each

import (
	"internal/abi"
	"unsafe"
)

// hubHasher returns the function that hashes keys of a map: that of the compiler, but for keys
// that have pointers, which it has hashed by their addresses (runtime/greenify_sim_pointer.go).
func hubHasher(t *abi.MapType) func(key unsafe.Pointer, seed uintptr) uintptr {
	k := t.Key
	if k.PtrBytes == 0 || k.Kind() == abi.String {
		return t.Hasher
	}
	return func(key unsafe.Pointer, seed uintptr) uintptr { return hubTypehash(k, key, seed) }
}

// hubTypehash hashes the value of type t at p; provided by package runtime.
//
//go:linkname hubTypehash
func hubTypehash(t *abi.Type, p unsafe.Pointer, seed uintptr) uintptr
