package offloads

import "time"

type timeDuration = time.Duration
