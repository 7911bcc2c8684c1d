package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	httppprof "net/http/pprof"
	"runtime/pprof"
	"runtime/trace"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

// A slow writer waits in its first Write until open is closed.
type slow struct {
	begun, open chan bool
}

func newSlow() *slow { return &slow{make(chan bool, 1), make(chan bool)} }

func (s *slow) Write(p []byte) (int, error) {
	select {
	case s.begun <- true:
	default:
	}
	<-s.open
	return len(p), nil
}

// killStopCPUProfile kills who waits for the profile to be written. The next profile
// begins when that is over.
func killStopCPUProfile() {
	w := newSlow()
	check.Must(pprof.StartCPUProfile(w))
	killedIn("chan receive", "runtime/pprof.StopCPUProfile", func() { pprof.StopCPUProfile(); green.Yield() }, func() { close(w.open) })
	profiles()
}

// killStopTrace kills who waits for a trace to be written: the next one begins when that
// is over. And who waits to stop a flight recorder, until another has begun or stopped a
// trace: it is stopped all the same.
func killStopTrace() {
	w := newSlow()
	check.Must(trace.Start(w))
	<-w.begun
	killedIn("semacquire", "runtime/trace.Stop", func() { trace.Stop(); green.Yield() }, func() { close(w.open) })
	traces()

	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	check.Must(recorder.Start())
	w = newSlow()
	stopped := make(chan bool)
	go func() { check.Must(trace.Start(w)); trace.Stop(); close(stopped) }()
	<-w.begun
	killedIn("sync.Mutex.Lock", "runtime/trace.(*FlightRecorder).Stop", func() { recorder.Stop(); green.Yield() },
		func() { close(w.open) }, func() { check.Within("the trace", stopped) })
	traces()
}

// killPprof kills who serves a profile, and a trace, while they are on.
func killPprof() {
	for _, serve := range []http.HandlerFunc{httppprof.Profile, httppprof.Trace} {
		killedIn("select", "net/http/pprof.sleep", func() {
			serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/?seconds=3600", nil))
		})
	}
	profiles()
	traces()
}

// profiles demands that the processor can be profiled.
func profiles() {
	ends("a profile", func() {
		var b bytes.Buffer
		check.Must(pprof.StartCPUProfile(&b))
		pprof.StopCPUProfile()
		check.That(b.Len() > 0, "a profile is written")
	})
}

// traces demands that a trace can be made, and a flight recorder be started.
func traces() {
	ends("a trace", func() {
		check.Must(trace.Start(io.Discard))
		trace.Stop()
		recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
		check.Must(recorder.Start())
		recorder.Stop()
	})
}
