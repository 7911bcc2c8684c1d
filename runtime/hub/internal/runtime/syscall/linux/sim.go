//go:build greenify_hub && greenify_sim

package linux

// Simulated descriptors have numbers of their own, which packages runtime, syscall and
// internal/syscall/unix tell from the kernel's.
const (
	HubSimBase  = 1 << 20 // the first one; above fs.nr_open of most systems
	HubSimFiles = 1 << 14 // how many there are
)
