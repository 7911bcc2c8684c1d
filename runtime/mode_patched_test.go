//go:build greenify

package green_test

const wholeProgram = true // by greenify test
