//go:build greenify_hub && go1.27

// Until Go 1.26 HTTP/2 was a file of package net/http: ../../shield_h2.go.

package http2

import (
	"context"
	"internal/hubshield"
)

// hubStream shields the wait for the answer on a stream of HTTP/2. A thread that is marked
// already begins the stream all the same: that is what uses up the reservation.
func hubStream(cs *clientStream) *hubshield.Shield {
	return hubshield.Call(func() { cs.abortStream(context.Canceled) }).Final()
}

// hubConn is GetClientConn, which reserves a place for a stream and calls the program's
// GetConn. A thread that unwinds gives the place back: the connection is never idle else.
func hubConn(p noDialClientConnPool, req *ClientRequest, addr string) (cc *ClientConn, err error) {
	goesOn := false
	defer func() {
		if !goesOn && cc != nil {
			cc.decrStreamReservations()
		}
	}()
	func() {
		defer hubEnd(hubWhole())
		cc, err = p.GetClientConn(req, addr)
	}()
	goesOn = true
	return cc, err
}

// hubGotConn is traceGotConn, which calls the program's GotConn; if a kill ends that, it gives
// the place back, as hubConn does.
func hubGotConn(req *ClientRequest, cc *ClientConn, reused bool) {
	goesOn := false
	defer func() {
		if !goesOn {
			cc.decrStreamReservations()
		}
	}()
	traceGotConn(req, cc, reused)
	goesOn = true
}

func hubBegin() bool      { return hubshield.Begin() }
func hubEndFD(begun bool) { hubshield.End(begun) }

func hubWhole() bool    { return hubshield.Whole() }
func hubEnd(begun bool) { hubshield.EndWhole(begun) }
