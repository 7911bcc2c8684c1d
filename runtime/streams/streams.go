// Package streams says what readers and writers of the standard library do, by their
// types. The finder asks it about types that it sees in source, package green about
// those of values that it is given.
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

// Waits reports whether a type is one of those that wait. function says that it is a
// function type: http.HandlerFunc is anybody's.
func Waits(pkg, name string, function bool) bool {
	switch pkg {
	case "net", "os", "os/exec", "crypto/tls":
		return true
	case "net/http":
		return !function
	case "io":
		return strings.HasPrefix(name, "Pipe")
	}
	return strings.HasPrefix(pkg, "net/http/internal")
}

// Alone reports whether a type that is no interface calls nobody: memory, files,
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

// Handles reports whether a type of the standard library that is an http.Handler is no
// function, whose code may be anybody's.
func Handles(pkg string, function bool) bool {
	return (strings.HasPrefix(pkg, "net/") || pkg == "expvar") && !function
}
