//go:build greenify_hub

package sync

import "unsafe"

// Cond.Wait locks c.L between hubUncut(1) and hubRelocked: a thread that was killed in
// it unwinds with c.L locked, which its caller's deferred calls expect. Provided by
// package runtime.

func hubUncut(n int8)
func hubRelocked()

// hubStartHere says that the next thread is started where the caller was called;
// provided by package runtime.
func hubStartHere()

// The runtime undoes a killed waiter's part of these (runtime/greenify_kill.go).
// Inv: each index is 0.
var _ = [1]struct{}{}[unsafe.Offsetof(Mutex{}.mu)+
	unsafe.Offsetof(WaitGroup{}.state)+unsafe.Offsetof(WaitGroup{}.sema)-8+
	unsafe.Offsetof(RWMutex{}.w)]
var _ = [1]struct{}{}[unsafe.Sizeof(Mutex{})-8-hubLocks*16]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.writerSem)-unsafe.Sizeof(Mutex{})]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.readerSem)-unsafe.Sizeof(Mutex{})-4]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.readerCount)-unsafe.Sizeof(Mutex{})-8]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.readerWait)-unsafe.Sizeof(Mutex{})-12]
var _ = [1]struct{}{}[unsafe.Sizeof(RWMutex{})-24-hubLocks*(16+unsafe.Sizeof(hubReaders{}))]
var _ = [1]struct{}{}[unsafe.Offsetof(Cond{}.notify)-16]
