//go:build greenify_hub && greenify_sim

package os

func hubRealStarts() // in package runtime

func hubHold(n int8) // likewise
