//greenify:ignore-file native by design

package skips

import "time"

// Native stays as it is.
func Native() { time.Sleep(1 * time.Second) }
