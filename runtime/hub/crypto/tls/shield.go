//go:build greenify_hub

package tls

import (
	"context"
	"internal/hubshield"
)

func hubShield(ctx context.Context) *hubshield.Shield { return hubshield.New(ctx) }
