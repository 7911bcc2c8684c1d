//go:build greenify

package greensim

import _ "unsafe" // package runtime of the private toolchain provides the function by linkname

// replays keeps the name for package testing, if the program is simulated.
func replays(path string)
