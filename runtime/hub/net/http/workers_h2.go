//go:build greenify_hub && !go1.27 && !nethttpomithttp2

package http

import "internal/hubworkers"

// hubServes is called as a connection of HTTP/2 has become one of those that are told when the
// server is to end (Server.hubEnd). They may just have been.
func hubServes(sc *http2serverConn) {
	if hubworkers.Ending() {
		go sc.startGracefulShutdown()
	}
}
