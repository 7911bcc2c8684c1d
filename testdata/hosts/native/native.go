// Package native does what cannot be patched in source.
package native

import (
	"reflect"
	"runtime"

	_ "github.com/mattn/go-sqlite3" // want `github.com/mattn/go-sqlite3 holds the hub while it waits in C: .* \(cgo\)`
)

// Count counts what comes through a channel of any type.
func Count(c any) (n int) {
	runtime.LockOSThread() // want `runtime.LockOSThread makes every switch .* \(pinned\)`
	defer runtime.UnlockOSThread()
	for range reflect.ValueOf(c).Seq() { // want `reflect.Value.Seq cannot be patched here: .* \(left\)`
		n++
	}
	return n
}
