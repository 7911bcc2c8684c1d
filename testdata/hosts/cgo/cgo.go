// Package cgo calls C. Some hosts see it as cmd/cgo rewrites it, and cannot fix a call
// that is a statement; there is none here.
package cgo

// #include <stdlib.h>
// static int one(int *p) { return *p; }
// static void two(void) { }
import "C"

import "unsafe"

// Call calls C functions with and without the error.
func Call(s string) (n C.int, err error) {
	defer C.two()         // want `C.two holds the hub until C returns: .* \(cgo\)`
	for range C.one(&n) { // want `C.one holds the hub until C returns: .* \(cgo\)`
		n, err = C.one(&n) // want `C.one holds the hub until C returns: .* \(cgo\)`
	}
	p := C.CString(s)
	defer C.free(unsafe.Pointer(p))
	return n, err
}
