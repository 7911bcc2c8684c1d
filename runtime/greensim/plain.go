//go:build !greenify

package greensim

func replays(path string) {}
