//go:build greenify_hub

package runtime

import "internal/stringslite"

// Scope: whose go statements start green threads. A goroutine born outside the
// scope is native and runs beside the hub.
const (
	hubScopeAll  = iota // every package
	hubScopeDeps        // all but the standard library
	hubScopeMain        // the main module
)

// hubModule is the path of the main module, from the build information that
// the linker leaves; empty for a program made of files named on the command
// line.
var hubModule string

func hubInitScope() { hubModule = hubBuildInfo("mod\t") }

// hubBuildInfo returns the first field of the first such line of the build information.
func hubBuildInfo(line string) (field string) {
	hubBuildLines(line, func(first string) bool {
		field = first
		return false
	})
	return field
}

// hubBuildLines calls f with the first field of each such line of the build information, until
// it returns false; they have the form "mod\t<path>\t<version>". See debug.ParseBuildInfo.
func hubBuildLines(line string, f func(field string) bool) {
	const frame = 16 // bytes around it
	for s := modinfo[min(frame, len(modinfo)):]; s != ""; {
		l := s
		if i := stringslite.IndexByte(s, '\n'); i >= 0 {
			l, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if rest, ok := stringslite.CutPrefix(l, line); ok {
			if i := stringslite.IndexByte(rest, '\t'); i >= 0 {
				rest = rest[:i]
			}
			if !f(rest) {
				return
			}
		}
	}
}

// hubInScope reports whether the go statement that returns to pc lies in a
// package of the scope.
func hubInScope(pc uintptr) bool {
	f := findfunc(pc)
	if !f.valid() {
		return false
	}
	u, uf := newInlineUnwinder(f, pc-1) // the statement may be inlined into another package
	return hubOfScope(hubPackage(u.srcFunc(uf).name()), hubScope)
}

// hubOfScope reports whether a package is one of the scope: of the main module, or
// of any but the standard library.
func hubOfScope(pkg string, scope int) bool {
	if pkg == "main" || hubModule != "" && stringslite.HasPrefix(pkg, hubModule) &&
		(len(pkg) == len(hubModule) || pkg[len(hubModule)] == '/' || pkg[len(hubModule)] == '_') {
		return true
	}
	if scope == hubScopeMain {
		return false
	}
	// A module path begins with a host name, the standard library's do not.
	host := pkg
	if i := stringslite.IndexByte(pkg, '/'); i >= 0 {
		host = pkg[:i]
	}
	// The linker escapes dots after the last slash only.
	return stringslite.IndexByte(host, '.') >= 0 || stringslite.Index(host, "%2e") >= 0
}

// hubPackage returns the import path in the name of a function, which ends at
// the first dot after the last slash.
func hubPackage(name string) string {
	slash := 0
	for i := 0; i < len(name) && name[i] != '['; i++ { // a type argument may have slashes
		if name[i] == '/' {
			slash = i
		}
	}
	for i := slash; i < len(name); i++ {
		if name[i] == '.' {
			return name[:i]
		}
	}
	return name
}
