//go:build !unix && !greenify

package green

import "time"

// processorTime is the wall time where the process cannot tell.
func processorTime() time.Duration { return time.Since(hubEpoch) }
