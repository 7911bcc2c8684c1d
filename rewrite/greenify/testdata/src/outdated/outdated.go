package main

import green "github.com/greenify-go/greenify/runtime"

var _ = green.Register("outdated", "0") // want `the package registers rules 0, this greenify has`

func main() {
	defer green.Main("0")() // want `main starts the hub with rules 0`
}
