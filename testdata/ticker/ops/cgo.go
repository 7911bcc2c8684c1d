package main

import (
	"sync"

	"example.com/ticker/csleep"
)

var cgoOps = []op{
	{"cgo, usleep", func(t *T) { t.Call(func() { csleep.Usleep(pause) }) }},
	{"cgo, poll", func(t *T) { t.Call(func() { csleep.Poll(pause) }) }},
	{"cgo, computation", func(t *T) { t.Call(func() { csleep.Compute(pause) }) }},
	{"cgo, callback that waits", func(t *T) { t.Call(func() { csleep.Callback(pause) }) }},
	{"cgo, three calls at once", func(t *T) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { csleep.Usleep(pause) })
		}
		t.Call(func() { wg.Wait() })
	}},
}
