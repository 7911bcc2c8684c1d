//go:build race

package green_test

const race = true
