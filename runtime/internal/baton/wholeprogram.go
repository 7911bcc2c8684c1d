//go:build greenify

package baton

// InSource is false in a program built by greenify.
const InSource = false
