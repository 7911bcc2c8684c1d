package lib

import (
	"bufio"
	"io"
)

// Lines counts the lines that come.
func Lines(r io.Reader) (n int) {
	for s := bufio.NewScanner(r); s.Scan(); { // want `bufio.NewScanner holds the hub while it waits for its reader or writer: wrap that in patched.Reader \(offload\)`
		n++
	}
	return n
}
