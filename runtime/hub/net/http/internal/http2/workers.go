//go:build greenify_hub && go1.27

// Until Go 1.26 HTTP/2 was a file of package net/http: ../../workers_h2.go.

package http2

import "internal/hubworkers"

// hubServes is called as a connection of HTTP/2 has become one of those that are told when the
// server is to end (http.Server.hubEnd). They may just have been.
func hubServes(sc *serverConn) {
	if hubworkers.Ending() {
		go sc.startGracefulShutdown()
	}
}
