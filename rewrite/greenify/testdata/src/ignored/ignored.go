//greenify:ignore-file native by design

package ignored

import "time"

func f() { time.Sleep(1) }
