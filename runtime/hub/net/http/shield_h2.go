//go:build greenify_hub && !go1.27 && !nethttpomithttp2

package http

import (
	"context"
	"internal/hubshield"
)

// hubStream shields the wait for the answer on a stream of HTTP/2. A thread that is marked
// already begins the stream all the same: that is what uses up the reservation.
func hubStream(cs *http2clientStream) *hubshield.Shield {
	return hubshield.Call(func() { cs.abortStream(context.Canceled) }).Final()
}

// hubConn is GetClientConn, which reserves a place for a stream and calls the program's
// GetConn. A thread that unwinds gives the place back: the connection is never idle else.
func hubConn(p http2ClientConnPool, req *Request, addr string) (cc *http2ClientConn, err error) {
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

// hubGotConn is http2traceGotConn, which calls the program's GotConn; if a kill ends that, it gives
// the place back, as hubConn does.
func hubGotConn(req *Request, cc *http2ClientConn, reused bool) {
	goesOn := false
	defer func() {
		if !goesOn {
			cc.decrStreamReservations()
		}
	}()
	http2traceGotConn(req, cc, reused)
	goesOn = true
}

func hubBegin() bool      { return hubshield.Begin() }
func hubEndFD(begun bool) { hubshield.End(begun) }
