//go:build greenify_hub && !greenify_sim

package syscall

// A sync waits for a device, often for milliseconds: fewer than a rescue takes, so that the hub
// would stand still in each.
const hubSyncs = hubAlways
