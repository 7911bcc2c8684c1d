//go:build !greenify

package green_test

const patched = false // by greenify test
