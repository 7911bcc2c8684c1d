// Package singleflight has the names of the real one.
package singleflight

type Group struct{}

type Result struct{}

func (*Group) Do(key string, fn func() (any, error)) (v any, err error, shared bool) { return }
func (*Group) DoChan(key string, fn func() (any, error)) <-chan Result               { return nil }
func (*Group) Forget(key string)                                                     {}
