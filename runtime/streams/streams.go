// Package streams says what readers and writers of the standard library do, by their
// types. The finder asks it about types that it sees in source, package patched, which
// knows more of the sort, about those of values that it is given.
//
// A type is named by the import path of its package and its name, without a pointer.
package streams

import "strings"

// Memory reports whether the types of a package read and write memory, call nobody and
// wait for nobody.
func Memory(pkg string) bool { return pkg == "bytes" || pkg == "strings" }

// Passes reports whether a type waits at most in streams that it was given when it was
// made: buffers, hashes, encoders.
func Passes(pkg, name string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	switch first {
	case "bytes", "strings", "bufio", "hash", "text", "encoding", "compress", "archive", "math":
		return true
	case "crypto":
		return pkg != "crypto/tls"
	}
	return pkg == "io" && (name == "LimitedReader" || name == "SectionReader")
}

// Alone reports whether a type that is not an interface calls nobody: memory, files,
// connections.
func Alone(pkg string) bool {
	return Memory(pkg) || pkg == "os" || pkg == "net" || pkg == "crypto/tls"
}

// Native reports whether a type that takes part in a copy runs no code but the standard
// library's while it reads or writes. iface says that it is an interface.
func Native(pkg, name string, iface bool) bool {
	switch pkg {
	case "os":
		return true
	case "net":
		return strings.HasSuffix(name, "Conn") && !iface
	case "net/http":
		return name == "ResponseWriter"
	}
	return Memory(pkg)
}
