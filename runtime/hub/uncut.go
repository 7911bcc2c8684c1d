//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	_ "unsafe" // for linkname
)

// Where a kill waits.
//
// Some code must run to its end though its thread is to be killed. It says so by
// hubKillState.uncut, a count: meanwhile no wait of the thread is cut, and it unwinds
// nowhere. The kill is delivered at the next yield point behind it. Cond.Wait locks
// c.L so, for its caller's deferred calls unlock it, package green has its own locks so,
// and a profile or trace, of which the program has one, is turned off so.
//
// A thread that panics is not killed either: Goexit would end the panic as recover
// does, and nobody would hear of it. If the panic is recovered, the kill is delivered
// at the next yield point behind that; else the program ends as it would have.
//
// And some waits end by what another thread does for the waiting one: package green's
// queues take a waiting thread's item, and lend units to it, when its turn comes. The
// two may not both take place, a kill and the service, so the thread puts a word where
// both find it: hubKillState.claim. Who first changes it from 0 has won; who serves does
// so before he does anything (runtime/waiter.go).

// hubClaimKilled is what a kill makes of the word.
const hubClaimKilled = 2

// hubClaim reports whether gp may be killed in the wait that it is in or is about to
// enter: nobody serves it.
func hubClaim(gp *g) bool {
	return gp.hub.kill.claim == nil || atomic.Cas(gp.hub.kill.claim, 0, hubClaimKilled)
}

// hubMay reports whether gp may unwind where it is. gp is the caller, or does not run
// and cannot be made to by others than the caller.
func hubMay(gp *g) bool { return gp.hub.kill.uncut == 0 && !hubInC(gp) && !hubPanics(gp) }

// hubPanics reports whether gp panics. (Goexit has a record in the list as well.)
func hubPanics(gp *g) bool {
	if gp._panic == nil {
		return false
	}
	self := gp == getg()
	var status uint32
	for !self { // the records are on its stack, which the collector may move
		if status = readgstatus(gp) &^ _Gscan; castogscanstatus(gp, status, status|_Gscan) {
			break
		}
	}
	panics := false
	for p := gp._panic; p != nil; p = p.link {
		panics = panics || !p.goexit && !p.recovered
	}
	if !self {
		casfrom_Gscanstatus(gp, status|_Gscan, status)
	}
	return panics
}

//go:linkname green_guard github.com/greenify-go/greenify/runtime.guard
func green_guard(n int8) { getg().hub.kill.uncut += n }

//go:linkname green_claim github.com/greenify-go/greenify/runtime.claim
func green_claim(word *uint32) { getg().hub.kill.claim = word }

//go:linkname sync_hubUncut sync.hubUncut
func sync_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname http_hubUncut net/http.hubUncut
func http_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname http2_hubUncut net/http/internal/http2.hubUncut
func http2_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname tls_hubUncut crypto/tls.hubUncut
func tls_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname token_hubUncut go/token.hubUncut
func token_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname pprof_hubUncut runtime/pprof.hubUncut
func pprof_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname trace_hubUncut runtime/trace.hubUncut
func trace_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname syscall_hubUncut syscall.hubUncut
func syscall_hubUncut(n int8) { getg().hub.kill.uncut += n }

//go:linkname testing_hubUncut testing.hubUncut
func testing_hubUncut(n int8) { getg().hub.kill.uncut += n }

// sync_hubRelocked is called as Cond.Wait returns, or as c.L.Lock panics in it. A
// thread that was killed unwinds now: c.L is locked.
//
//go:linkname sync_hubRelocked sync.hubRelocked
func sync_hubRelocked() {
	gp := getg()
	gp.hub.kill.uncut--
	switch {
	case gp.hub.kill.state == hubKillCond && gp.hub.kill.strict && !hubPanics(gp):
		hubUnwind()
	case gp.hub.kill.state == hubKillCond:
		gp.hub.kill.state = hubKillMark
	}
	if gp.hub.kill.state == hubKillMark {
		hubPoint()
	}
}
