//go:build greenify_hub

package textproto

import "internal/hubshield"

func hubWhole() bool    { return hubshield.Whole() }
func hubEnd(begun bool) { hubshield.EndWhole(begun) }
