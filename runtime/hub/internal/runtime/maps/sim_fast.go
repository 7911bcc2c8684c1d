//go:build greenify_hub && greenify_sim && go1.27

package maps

import (
	"internal/abi"
	"unsafe"
)

// hubHash64 is hubHash for keys of eight bytes.
func hubHash64(typ *abi.MapType, key uint64, seed uintptr) uintptr {
	if typ.Key.PtrBytes != 0 {
		return hubTypehash(typ.Key, abi.NoEscape(unsafe.Pointer(&key)), seed)
	}
	return memHash64Fallback(key, seed)
}
