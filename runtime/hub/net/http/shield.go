//go:build greenify_hub

package http

import (
	"context"
	"internal/hubshield"
	"io"
)

func hubCancel(cancel context.CancelCauseFunc) *hubshield.Shield { return hubshield.Cancel(cancel) }

func hubShield(ctx context.Context) *hubshield.Shield { return hubshield.New(ctx) }

func hubWhole() bool    { return hubshield.Whole() }
func hubEnd(begun bool) { hubshield.EndWhole(begun) }

// hubSlurp reads the rest of a redirect's body, which the caller closes then. A kill
// closes it: beside the reader, who may hold its lock.
func hubSlurp(body io.ReadCloser, n int64) {
	defer hubshield.Call(func() { go body.Close() }).End()
	io.CopyN(io.Discard, body, n)
}
