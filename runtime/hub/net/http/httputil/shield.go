//go:build greenify_hub

package httputil

import (
	"internal/hubshield"
	"io"
)

// hubCopying shields the copying of an answer, whose body the caller closes: a kill
// closes it beside the reader, who may hold its lock.
func hubCopying(body io.Closer) *hubshield.Shield {
	return hubshield.Call(func() { go body.Close() })
}
