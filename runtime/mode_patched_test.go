//go:build greenify

package green_test

const patched = true // by greenify test
