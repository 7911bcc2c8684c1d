//go:build greenify

package greentest_test

import (
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// Here and not in package green: net links C, and a program with C is never told of a
// deadlock, which tests there are about.

func settle() { time.Sleep(10 * time.Millisecond) }

// A slowListener lets Accept return only when it is told so.
type slowListener struct {
	closed, goOn chan bool
}

func (l slowListener) Accept() (net.Conn, error) { <-l.goOn; return nil, net.ErrClosed }
func (l slowListener) Close() error              { close(l.closed); return nil }
func (l slowListener) Addr() net.Addr            { return nil }

// TestKillServerClose: what std unlocks, waits and locks again for a deferred call is not
// cut in between (rewrite/rules/testdata/relock.tsv).
func TestKillServerClose(t *testing.T) {
	l := slowListener{make(chan bool), make(chan bool)}
	s := new(http.Server)
	serve := green.Spawn(func() (int, error) { return 0, s.Serve(l) })
	settle()
	task := green.Spawn(func() (int, error) { err := s.Close(); runtime.Gosched(); return 1, err })
	<-l.closed
	settle()
	if err := task.Kill(); err != nil { // it waits for Serve
		t.Fatal(err)
	}
	settle()
	close(l.goOn)
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
	if _, err := serve.Wait(); err != http.ErrServerClosed {
		t.Error(err)
	}
	if err := s.Close(); err != nil { // its lock is free
		t.Error(err)
	}
}
