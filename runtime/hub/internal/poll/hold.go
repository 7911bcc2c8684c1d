//go:build greenify_hub

package poll

// hubHold makes the waits of the current goroutine keep the hub (1), or ends
// that (-1); provided by package runtime.
func hubHold(n int8)
