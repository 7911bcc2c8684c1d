//go:build !greenify

package baton

// InSource is true in programs patched in source, and in those not patched at all.
const InSource = true
