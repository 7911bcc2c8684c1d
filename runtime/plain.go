//go:build !greenify

package green

func inHub() bool            { return false }
func enabled() bool          { return false }
func leave() bool            { return false }
func enter()                 {}
func threads(_ []record) int { return 0 }

func stats() (spawned, alive, peak, switches, yields, rescued uint64) { return }
