//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/stringslite"
	"unsafe"
)

// Results: what only the runtime knows of one. Package testing writes the lines of
// greenify test -sim -results (greenify_shared.go there), but not that of a schedule in
// which the process ends: the one that dies may hold anything, so its line is put
// together and written here, without an allocation.

// hubSimResult is what to write if the process ends in this schedule.
var hubSimResult struct {
	path       []byte // of the file, and a 0; empty: no line is wanted
	head, tail string // of the line, around what its end says
	test       string

	kind   string     // of a panic, once there is one
	fatal  [2]uintptr // the text of a fatal error, without a write barrier
	pcs    [64]uintptr
	depth  int // of pcs, where it panicked
	text   [64 << 10]byte
	length int
}

// testing_hubSimResultOf says what to write if the process ends in the schedule that
// begins now.
//
//go:linkname testing_hubSimResultOf testing.hubSimResultOf
func testing_hubSimResultOf(path []byte, head, tail, test string) {
	r := &hubSimResult
	r.path, r.head, r.tail, r.test = path, head, tail, test
	r.kind, r.fatal, r.depth = "", [2]uintptr{}, 0
}

// hubSimPanics is called as a panic ends the process, with its value as it is.
func hubSimPanics(p *_panic) {
	r := &hubSimResult
	if !hubSim.on || len(r.path) == 0 {
		return
	}
	switch v := p.arg.(type) {
	case Error:
		r.kind = v.Error()
	case nil:
		r.kind = "nil"
	default:
		r.kind = toRType(efaceOf(&p.arg)._type).string() // what it says may have values in it
	}
	r.depth = callers(1, r.pcs[:])
}

// hubSimFatal is called with the text of a fatal error, which is a constant.
//
//go:nosplit
func hubSimFatal(text string) {
	hubSimSpeak()
	hubSimResult.fatal = [2]uintptr{uintptr(unsafe.Pointer(unsafe.StringData(text))), uintptr(len(text))}
}

// hubSimWriteDeath writes the result of a schedule in which the process ends.
func hubSimWriteDeath(how string) {
	r := &hubSimResult
	if len(r.path) == 0 {
		return
	}
	if r.depth == 0 {
		if gp := getg(); gp == gp.m.g0 && gp.m.curg != nil {
			r.depth = gcallers(gp.m.curg, 0, r.pcs[:])
		} else {
			r.depth = callers(1, r.pcs[:])
		}
	}
	s := &hubSim
	var digits [20]byte
	r.length = 0
	hubSimPut(r.head)
	hubSimPut(`"verdict":"`)
	hubSimPut(how)
	hubSimPut(`","steps":`)
	hubSimPutBytes(itoa(digits[:], s.steps))
	hubSimPut(`,"hash":"`)
	hubSimPutHash(s.hash)
	if hubSimOrder.hash != 0 {
		hubSimPut(`","orders":"`)
		hubSimPutHash(hubSimOrder.hash)
	}
	hubSimPut(`","signature":"`)
	switch {
	case how == hubSimEndless:
		hubSimPut("does not end: ")
		hubSimPut(r.test)
	case how == hubSimAsleep:
		hubSimPut(how)
		hubSimPut(": ")
		sep := ""
		hubAlikeOf(true, hubSimLeft, func(gp *g, more int) {
			if f, ok := hubSimWhere(gp); ok {
				hubSimPut(sep)
				hubSimPutPlace(f)
				sep = ", "
			}
		})
	case how == hubSimRaced:
		hubSimPut("race: ")
		hubSimPutRaces(", ")
	default:
		switch {
		case r.kind != "":
			hubSimPutKind("panic (", r.kind)
		case r.fatal[1] != 0:
			hubSimPutKind("fatal error (", *(*string)(unsafe.Pointer(&r.fatal)))
		default:
			hubSimPut(how)
		}
		hubSimPut(": ")
		if f, ok := hubSimFrame(r.pcs[:r.depth]); ok {
			hubSimPutPlace(f)
		} else {
			hubSimPut(r.test)
		}
	}
	hubSimPut(`"`)
	hubRealPut()
	hubSimPut(r.tail)
	const flags = 0x1 | 0x40 | 0x400 | 0x80000 // O_WRONLY, O_CREAT, O_APPEND, O_CLOEXEC
	fd := open(&r.path[0], flags, 0o666)
	if fd < 0 || write1(uintptr(fd), unsafe.Pointer(&r.text[0]), int32(r.length)) != int32(r.length) {
		print("greenify: cannot write the results\n")
	}
	if fd >= 0 {
		closefd(fd)
	}
}

// hubSimPut appends to the text. What finds no more room is cut off.
func hubSimPut(s string) {
	r := &hubSimResult
	r.length += copy(r.text[r.length:], s)
}

func hubSimPutBytes(b []byte) {
	r := &hubSimResult
	r.length += copy(r.text[r.length:], b)
}

func hubSimPutHash(h uint64) {
	var digits [16]byte
	for i := range digits {
		digits[i] = "0123456789abcdef"[h>>(60-4*i)&15]
	}
	hubSimPutBytes(digits[:])
}

// hubSimPutKind appends what kind of panic or fatal error it is, for a string of JSON: of
// numbers only that there is one, for they are values.
func hubSimPutKind(kind, s string) {
	hubSimPut(kind)
	number := false
	for i := range len(s) {
		c := s[i]
		digit := '0' <= c && c <= '9'
		switch {
		case digit && number:
		case digit:
			hubSimPut("#")
		case c == '"' || c == '\\':
			hubSimPut(`\`)
			hubSimPut(s[i : i+1])
		case c < ' ':
			hubSimPut(" ")
		default:
			hubSimPut(s[i : i+1])
		}
		number = digit
	}
	hubSimPut(")")
}

// hubSimFrame returns the innermost frame of a stack that is of the main module, else of
// another one.
func hubSimFrame(pcs []uintptr) (fr hubFrame, ok bool) {
	for _, pc := range pcs {
		at := findfunc(pc - 1)
		if !at.valid() {
			continue
		}
		for u, uf := newInlineUnwinder(at, pc-1); uf.valid(); uf = u.next(uf) {
			file, line := u.fileLine(uf)
			f := hubFrame{u.srcFunc(uf).name(), file, int32(line)}
			pkg := hubPackage(f.name)
			if hubSimBase(file) == "_cgo_gotypes.go" {
				continue // between a function of Go and one of C; nobody has written it
			}
			if _, in := hubSimInModule(pkg); in || pkg == "main" && hubSimBase(f.file) != "_testmain.go" {
				return f, true
			}
			if !ok && pkg != "main" && hubOfScope(pkg, hubScopeDeps) {
				fr, ok = f, true
			}
		}
	}
	return fr, ok
}

// hubSimInModule reports whether a package, as the linker names it, is of the main module,
// and returns what its path has behind that of the module.
func hubSimInModule(pkg string) (rest string, ok bool) {
	for j := range len(hubModule) {
		if pkg == "" {
			return "", false
		}
		var c byte
		if c, pkg = hubSimUnescape(pkg); c != hubModule[j] {
			return "", false
		}
	}
	return pkg, hubModule != "" && (pkg == "" || pkg[0] == '/' || pkg[0] == '_')
}

// hubSimUnescape returns the first byte of a name of the linker, in which some are %2e.
func hubSimUnescape(s string) (c byte, rest string) {
	hex := func(c byte) byte {
		if c >= 'a' {
			return c - 'a' + 10
		}
		return c - '0'
	}
	if s[0] == '%' && len(s) > 2 {
		return hex(s[1])<<4 | hex(s[2]), s[3:]
	}
	return s[0], s[1:]
}

func hubSimBase(file string) string {
	for i := len(file); i > 0; i-- {
		if file[i-1] == '/' {
			return file[i:]
		}
	}
	return file
}

// hubSimPutPlace appends the place of a frame as it is on every machine: the file below its
// module, or by the path of a package of another one.
func hubSimPutPlace(f hubFrame) {
	pkg, base := hubPackage(f.name), hubSimBase(f.file)
	if rest, ok := hubSimInModule(pkg); ok {
		pkg = stringslite.TrimPrefix(rest, "/")
	} else if pkg == "main" {
		pkg = ""
	}
	if stringslite.HasSuffix(base, "_test.go") {
		pkg = stringslite.TrimSuffix(pkg, "_test") // the test's package is in the same folder
	}
	if pkg != "" {
		for pkg != "" {
			var c [1]byte
			c[0], pkg = hubSimUnescape(pkg)
			hubSimPutBytes(c[:])
		}
		hubSimPut("/")
	}
	hubSimPut(base)
	hubSimPut(":")
	var digits [20]byte
	hubSimPutBytes(itoa(digits[:], uint64(f.line)))
}

// testing_hubSimPlaces writes a line for the place of each kind of threads that are left of
// the last schedule, or of those that hubSimProve has found.
//
//go:linkname testing_hubSimPlaces testing.hubSimPlaces
func testing_hubSimPlaces(text []byte, proven bool) (length int) {
	r := &hubSimResult
	stw := stopTheWorldGC(stwAllThreadsSyscall)
	systemstack(func() {
		r.length = 0
		hubAlikeOf(true, func(gp *g) bool {
			return hubSimLeft(gp) && !hubTesting(gp) && (!proven || gp.hub.report.stuck != stuckNot)
		}, func(gp *g, more int) {
			if f, ok := hubSimWhere(gp); ok {
				hubSimPutPlace(f)
				hubSimPut("\n")
			}
		})
	})
	startTheWorldGC(stw)
	return copy(text, r.text[:r.length])
}

// hubSimWhere returns where a thread waits, else where it was started.
func hubSimWhere(gp *g) (f hubFrame, ok bool) {
	if f, ok = hubSimFrame(hubStack(gp, hubPCs[:])); !ok {
		hubPCs[0] = hubStart(gp)
		f, ok = hubSimFrame(hubPCs[:1])
	}
	return f, ok
}

// testing_hubSimPlace writes the innermost place of a stack.
//
//go:linkname testing_hubSimPlace testing.hubSimPlace
func testing_hubSimPlace(text []byte, pcs []uintptr) (length int) {
	r := &hubSimResult
	r.length = 0
	if f, ok := hubSimFrame(pcs); ok {
		hubSimPutPlace(f)
	}
	return copy(text, r.text[:r.length])
}

//go:linkname testing_hubSimModule testing.hubSimModule
func testing_hubSimModule() string { return hubModule }

//go:linkname testing_hubHold testing.hubHold
func testing_hubHold(n int8) { hubHold(n) }

//go:linkname godebug_hubHold internal/godebug.hubHold
func godebug_hubHold(n int8) { hubHold(n) }

//go:linkname os_hubHold os.hubHold
func os_hubHold(n int8) { hubHold(n) }

//go:linkname syscall_hubHold syscall.hubHold
func syscall_hubHold(n int8) { hubHold(n) }

//go:linkname sync_hubHold sync.hubHold
func sync_hubHold(n int8) { hubHold(n) }

// testdeps_hubHold is for the log of files and variables that a test reads, which the go
// command asks for if it may keep the result: a schedule is the same with it and without.
//
//go:linkname testdeps_hubHold testing/internal/testdeps.hubHold
func testdeps_hubHold(n int8) { hubHold(n) }
