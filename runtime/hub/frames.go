//go:build greenify_hub

package runtime

import "internal/stringslite"

// hubFrame is one line of a stack, made without an allocation.
type hubFrame struct {
	name string
	file string
	line int32
}

// hubFrameAt looks up a program counter that tracebackPCs returned.
func hubFrameAt(pc uintptr) (fr hubFrame, ok bool) {
	f := findfunc(pc - 1)
	if !f.valid() {
		return fr, false
	}
	u, uf := newInlineUnwinder(f, pc-1)
	file, line := u.fileLine(uf)
	return hubFrame{u.srcFunc(uf).name(), file, int32(line)}, true
}

// hubStill keeps the collector from gp's stack, which it scans, and may move, whenever gp
// does not run (suspendG), until hubStirs: gp is off its processor in the given status,
// and nobody else can run it.
func hubStill(gp *g, status uint32) {
	for !castogscanstatus(gp, status, status|_Gscan) {
		osyield()
	}
}

func hubStirs(gp *g, status uint32) { casfrom_Gscanstatus(gp, status|_Gscan, status) }

// hubStack returns the stack of a goroutine that does not run and cannot begin
// to: one that is parked or ready with the world stopped, or that is held by its
// scan bit.
func hubStack(gp *g, pcs []uintptr) []uintptr {
	n := 0
	systemstack(func() {
		var u unwinder
		u.initAt(^uintptr(0), ^uintptr(0), ^uintptr(0), gp, unwindSilentErrors)
		n = tracebackPCs(&u, 0, pcs)
	})
	return pcs[:n]
}

// hubCallers returns the part of a stack from where the runtime was called.
func hubCallers(pcs []uintptr) []uintptr {
	for len(pcs) > 0 {
		f, ok := hubFrameAt(pcs[0])
		if ok && hubPackage(f.name) != "runtime" {
			break
		}
		pcs = pcs[1:]
	}
	return pcs
}

// hubUserFrame returns the first frame that is not of the standard library, else
// the first that is not of the runtime.
func hubUserFrame(pcs []uintptr) (fr hubFrame, ok bool) {
	for _, pc := range pcs {
		f, valid := hubFrameAt(pc)
		if !valid {
			continue
		}
		pkg := hubPackage(f.name)
		if hubOfScope(pkg, hubScopeDeps) {
			return f, true
		}
		if !ok && pkg != "runtime" && !stringslite.HasPrefix(pkg, "internal/") {
			fr, ok = f, true
		}
	}
	return fr, ok
}

// hubPrintStack prints a stack without the runtime's frames below main or the go
// statement, and a recursion as one line. That of a parked thread begins where the
// runtime was called.
func hubPrintStack(pcs []uintptr, parked bool) {
	var last hubFrame
	same := 0
	flush := func() {
		if same > 0 {
			print("\t\t... ", same, " more\n")
		}
		same = 0
	}
	for _, pc := range pcs {
		f, ok := hubFrameAt(pc)
		if !ok || f.name == "runtime.goexit" || f.name == "runtime.main" {
			continue
		}
		if pkg := hubPackage(f.name); parked && (pkg == "runtime" || stringslite.HasPrefix(pkg, "internal/")) {
			continue
		}
		parked = false
		if f == last {
			same++
			continue
		}
		flush()
		last = f
		print("\t\t")
		printFuncName(f.name)
		print(" ", f.file, ":", f.line, "\n")
	}
	flush()
}
