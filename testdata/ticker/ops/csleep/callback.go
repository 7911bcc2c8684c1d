package csleep

import "C"

import "time"

//export csleepCallback
func csleepCallback(ms C.int) { time.Sleep(time.Duration(ms) * time.Millisecond) }
