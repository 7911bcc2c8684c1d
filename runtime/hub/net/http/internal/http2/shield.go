//go:build greenify_hub && go1.27

// Until Go 1.26 HTTP/2 was a file of package net/http: ../../shield_h2.go.

package http2

import (
	"context"
	"internal/hubshield"
)

// hubStream shields the wait for the answer on a stream of HTTP/2.
func hubStream(cs *clientStream) *hubshield.Shield {
	return hubshield.Abort(func() { cs.abortStream(context.Canceled) })
}

func hubBegin() bool      { return hubshield.Begin() }
func hubEndFD(begun bool) { hubshield.End(begun) }
func hubWhole() bool      { return hubshield.Whole() }
func hubEnd(begun bool)   { hubshield.EndWhole(begun) }
