//go:build greenify_hub

package sql

import (
	"context"
	"internal/hubshield"
)

// A hubContext is the context of what outlives the call that made it.
type hubContext = hubshield.Shield

func hubShield(ctx context.Context) *hubshield.Shield { return hubshield.New(ctx) }
func hubAgain(s *hubshield.Shield) *hubshield.Shield  { return hubshield.Again(s) }
func hubDone(s *hubshield.Shield)                     { hubshield.Done(s) }
func hubParent(ctx context.Context) context.Context   { return hubshield.Parent(ctx) }

// Unlock is called behind every call of the driver. If one was to wait for a
// descriptor when its thread was killed, and got an error instead, the connection is
// in the middle of something, whether or not the driver knows: it is not used again.
func (dc *driverConn) Unlock() {
	if hubshield.Cut() {
		dc.hubCut = true
	}
	dc.Mutex.Unlock()
}
