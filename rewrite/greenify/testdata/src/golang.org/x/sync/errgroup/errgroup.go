// Package errgroup has the names of the real one.
package errgroup

type Group struct{}

func (*Group) Go(f func() error)         {}
func (*Group) TryGo(f func() error) bool { return true }
func (*Group) SetLimit(n int)            {}
func (*Group) Wait() error               { return nil }
