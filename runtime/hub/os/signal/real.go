//go:build greenify_hub && greenify_sim

package signal

func hubRealSignal() // in package runtime
