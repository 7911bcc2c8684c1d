//go:build !greenify && (amd64 || arm64)

package green

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
	"unsafe"
)

// getg returns the calling goroutine's descriptor in package runtime. It tells
// goroutines apart as long as they live.
func getg() unsafe.Pointer

// goid returns the number of the calling goroutine as stack dumps give it.
func goid() uint64 {
	if goidOffset == 0 {
		return dumpedGoid()
	}
	return *(*uint64)(unsafe.Add(getg(), goidOffset))
}

// goidOffset is where a descriptor holds the number; 0 if that is not known. A
// stack dump is the documented way, but costs more than starting a goroutine.
var goidOffset uintptr

// findGoid sets goidOffset: it is where the descriptors of several goroutines
// hold what their stack dumps say.
func findGoid() {
	const descriptor = 256 // bytes to search; the descriptor is longer
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		hits [descriptor / 8]int
	)
	const goroutines = 4
	for range goroutines {
		wg.Go(func() {
			id := dumpedGoid()
			mu.Lock()
			defer mu.Unlock()
			for i := range hits {
				if *(*uint64)(unsafe.Add(getg(), i*8)) == id {
					hits[i]++
				}
			}
		})
	}
	wg.Wait()
	for i, n := range hits {
		if n == goroutines {
			goidOffset = uintptr(i) * 8
			return
		}
	}
}

// dumpedGoid reads the number in "goroutine 12 [running]:".
func dumpedGoid() uint64 {
	buf := make([]byte, 64)
	fields := bytes.Fields(buf[:runtime.Stack(buf, false)])
	id, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return id
}
