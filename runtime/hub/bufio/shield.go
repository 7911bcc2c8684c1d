//go:build greenify_hub

package bufio

import "internal/hubshield"

func hubBegin() bool    { return hubshield.Begin() }
func hubEnd(begun bool) { hubshield.End(begun) }
