// Package baton is a stub: what call_gen.go needs, which gen.go writes here too.
package baton

type Thread interface {
	Leave(what string)
	Back()
	End()
}

func Callback() Thread { return nil }

const InSource = true
