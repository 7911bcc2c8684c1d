//go:build greenify_hub

package net

import (
	"context"
	"internal/hubshield"
)

func hubShield(ctx context.Context) *hubshield.Shield { return hubshield.New(ctx) }
func hubBegin() bool                                  { return hubshield.Begin() }
func hubEnd(begun bool)                               { hubshield.End(begun) }

func hubWhole() bool         { return hubshield.Whole() }
func hubEndWhole(begun bool) { hubshield.EndWhole(begun) }
