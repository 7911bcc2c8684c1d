//go:build !greenify

package green_test

const wholeProgram = false // by greenify test
