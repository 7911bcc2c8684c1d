//go:build greenify_hub

package http

import (
	"internal/hubworkers"
	"time"
)

// What a server does in a worker that is to end, one of the processes of
// GREENIFY=workers=n, if the program does not do it: it answers requests, tells the clients
// that these were the last ones of their connections, and closes connections on which none
// comes.

// hubServing is called as the server begins to serve a listener, and returns what is called
// when it ends.
func hubServing(s *Server) func() { return hubworkers.Serving(s.hubEnd) }

// hubKeepsAlive reports whether a connection is used again, as the answer says. Package http
// asks once more when the answer has been written, and closes the connection then; so an
// answer that was on its way already is not the last one.
func hubKeepsAlive(s *Server) bool { return s.doKeepAlives() && !hubworkers.Ending() }

// hubEnd closes connections that are idle, for as long as the process lives.
func (s *Server) hubEnd() {
	s.mu.Lock()
	for _, f := range s.onShutdown { // HTTP/2, and what has taken over connections
		go f()
	}
	s.mu.Unlock()
	for {
		s.hubCloseIdle()
		time.Sleep(100 * time.Millisecond)
	}
}

// hubCloseIdle is closeIdleConns for connections that have been idle for a second at least:
// the next request of one that is in use may be on its way.
func (s *Server) hubCloseIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().Unix()
	for c := range s.activeConn {
		state, since := c.getState()
		if since != 0 && (state == StateIdle && since < now-1 || state == StateNew && since < now-5) {
			c.rwc.Close()
			delete(s.activeConn, c)
		}
	}
}
