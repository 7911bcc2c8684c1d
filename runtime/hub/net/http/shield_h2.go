//go:build greenify_hub && !go1.27 && !nethttpomithttp2

package http

import (
	"context"
	"internal/hubshield"
)

// hubStream shields the wait for the answer on a stream of HTTP/2.
func hubStream(cs *http2clientStream) *hubshield.Shield {
	return hubshield.Abort(func() { cs.abortStream(context.Canceled) })
}

func hubBegin() bool      { return hubshield.Begin() }
func hubEndFD(begun bool) { hubshield.End(begun) }
