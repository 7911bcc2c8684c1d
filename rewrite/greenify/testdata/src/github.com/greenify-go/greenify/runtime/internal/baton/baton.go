// Package baton is a stub: what call_gen.go of package patched needs.
package baton

type Thread interface {
	Leave(what string)
	Back()
	End()
}

func Callback() Thread { return nil }

const InSource = true
