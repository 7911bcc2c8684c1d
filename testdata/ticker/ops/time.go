package main

import (
	"context"
	"time"
)

var timeOps = []op{
	{"time.Sleep", func(t *T) { t.Call(func() { time.Sleep(pause) }) }},
	{"time.After", func(t *T) { t.Call(func() { <-time.After(pause) }) }},
	{"time.NewTimer", func(t *T) { t.Call(func() { <-time.NewTimer(pause).C }) }},
	{"time.Timer.Reset", func(t *T) {
		tm := time.NewTimer(time.Hour)
		tm.Reset(pause)
		t.Call(func() { <-tm.C })
	}},
	{"time.AfterFunc", func(t *T) {
		c := make(chan bool)
		time.AfterFunc(pause, func() { close(c) })
		t.Call(func() { <-c })
	}},
	{"time.NewTicker", func(t *T) {
		tk := time.NewTicker(pause / 4)
		t.Defer(tk.Stop)
		t.Call(func() {
			for range 4 {
				<-tk.C
			}
		})
	}},
	{"time.Tick", func(t *T) { t.Call(func() { <-time.Tick(pause) }) }},
	{"context.WithTimeout", func(t *T) {
		ctx, cancel := context.WithTimeout(context.Background(), pause)
		t.Defer(cancel)
		t.Call(func() { <-ctx.Done() })
	}},
	{"context.WithDeadline", func(t *T) {
		ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(pause))
		t.Defer(cancel)
		t.Call(func() { <-ctx.Done() })
	}},
	{"context.WithCancel", func(t *T) {
		ctx, cancel := context.WithCancel(context.Background())
		t.After(cancel)
		t.Call(func() { <-ctx.Done() })
	}},
	{"context.AfterFunc", func(t *T) {
		ctx, cancel := context.WithCancel(context.Background())
		c := make(chan bool)
		context.AfterFunc(ctx, func() { close(c) })
		t.After(cancel)
		t.Call(func() { <-c })
	}},
	{"100 short sleeps", func(t *T) {
		t.Call(func() {
			for range 100 {
				time.Sleep(pause / 100)
			}
		})
	}},
}
