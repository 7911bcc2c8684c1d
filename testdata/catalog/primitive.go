package main

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// kindOrder is the order in which kinds are printed.
var kindOrder = strings.Fields("sleep wait condwait signal process net pipe chan sock dns cgo disk flock fdrw syswait syscall synctest lock runtime")

// primitives are the functions in which waits end, by kind.
var primitives = map[string]string{
	"time.Sleep":                       "sleep",
	"sync.(*WaitGroup).Wait":           "wait",
	"sync.(*Cond).Wait":                "condwait",
	"internal/poll.runtime_Semacquire": "lock",
	"internal/poll.runtime_pollWait":   "poll",

	"os/signal.signal_enable": "signal", "os/signal.signal_disable": "signal", "os/signal.signalWaitUntilIdle": "signal",

	"syscall.forkAndExecInChild": "process", "syscall.runtime_BeforeExec": "process",

	"syscall.cgocaller":         "cgo",
	"syscall.AllThreadsSyscall": "syscall", "syscall.AllThreadsSyscall6": "syscall",
	"syscall.Syscall": "syscall", "syscall.Syscall6": "syscall", "syscall.RawSyscall": "syscall", "syscall.RawSyscall6": "syscall",

	"internal/synctest.Run": "synctest", "internal/synctest.Wait": "synctest",
	"reflect.chansend0": "chan", "reflect.chanrecv": "chan", "reflect.rselect": "chan",

	"net.(*Resolver).exchange": "dns", "net.(*Resolver).lookupIPAddr": "dns", "net.cgoLookupHost": "dns", "net.cgoLookupIP": "dns",
	"net.cgoLookupPort": "dns", "net.cgoLookupCNAME": "dns", "net.cgoLookupPTR": "dns",

	"runtime.GC": "runtime", "runtime.GOMAXPROCS": "runtime", "runtime.GoroutineProfile": "runtime", "runtime.ReadMemStats": "runtime",
	"runtime.ReadTrace": "runtime", "runtime.SetBlockProfileRate": "runtime", "runtime.SetDefaultGOMAXPROCS": "runtime",
	"runtime.Stack": "runtime", "runtime.StartTrace": "runtime", "runtime.StopTrace": "runtime",
	"runtime/debug.freeOSMemory": "runtime", "runtime/debug.setGCPercent": "runtime", "runtime/debug.WriteHeapDump": "runtime",
	"runtime/metrics.runtime_readMetrics": "runtime", "runtime/pprof.runtime_goroutineLeakGC": "runtime",
	"runtime/trace.runtime_traceClockUnitsPerSecond": "runtime",
}

// through are primitives that are searched too: their own waits are of other
// kinds.
var through = map[string]bool{
	"net.(*Resolver).exchange": true, "net.(*Resolver).lookupIPAddr": true, "net.cgoLookupHost": true, "net.cgoLookupIP": true,
	"net.cgoLookupPort": true, "net.cgoLookupCNAME": true, "net.cgoLookupPTR": true,
}

// primitive returns the kinds of a function in which waits end.
func primitive(f *ssa.Function) ([]string, bool) {
	name := funcName(f)
	if kind, ok := primitives[name]; ok && !through[name] {
		return []string{kind}, true
	}
	if f.Parent() == nil && (strings.HasPrefix(f.Name(), "_Cfunc_") || strings.HasPrefix(f.Name(), "_C2func_")) && f.Name() != "_Cfunc_GoString" {
		return []string{"cgo"}, true
	}
	switch name {
	case "sync.(*Mutex).Lock", "internal/sync.(*Mutex).Lock", "sync.(*RWMutex).Lock", "sync.(*RWMutex).RLock":
		return []string{"anylock"}, true // see direct
	case "sync.(*Once).Do":
		return []string{"anylock"}, true
	}
	return nil, false
}

// connMethod names a call through the interfaces of connections, whose waits are
// those of the network; "" for another.
func connMethod(call *ssa.CallCommon) string {
	n, ok := types.Unalias(call.Value.Type()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "net" {
		return ""
	}
	name := "net." + n.Obj().Name() + "." + call.Method.Name()
	switch name {
	case "net.Conn.Read", "net.Conn.Write", "net.Listener.Accept", "net.PacketConn.ReadFrom", "net.PacketConn.WriteTo":
		return name
	}
	return ""
}

// overConn are functions of net/textproto that net/smtp calls. There they wait for
// the network: it passes its connection to textproto.NewConn, as any user does.
var overConn = map[string]bool{
	"net/textproto.(*Conn).Cmd": true, "net/textproto.(*Conn).Close": true,
	"net/textproto.(*Reader).ReadResponse": true, "net/textproto.(*Writer).DotWriter": true,
}

// defaultLog are the methods by which the functions of log and log/slog use the
// default logger. It writes to os.Stderr; package log passes that to its own New, as
// any user does.
var defaultLog = map[string]map[string]bool{
	"log.(*Logger).Output": {"pipe": true, "disk": true}, "log.(*Logger).output": {"pipe": true, "disk": true},
	"log/slog.(*Logger).log": {"disk": true}, "log/slog.(*Logger).logAttrs": {"disk": true},
}

// logs are the waits of a function that uses the default logger. They are those of
// a program that logs; that std sometimes reports an error is not counted.
func (g *graph) logs(f *ssa.Function) map[string]bool {
	if f.Signature.Recv() == nil {
		for _, e := range g.edges[f] {
			if kinds := defaultLog[funcName(e.to)]; kinds != nil && path(f) == path(e.to) {
				return kinds
			}
		}
	}
	return nil
}

func isPrimitive(f *ssa.Function) bool {
	_, ok := primitive(f)
	return ok
}

type end struct{ kind, leaf string }

// direct returns the waits in the function itself: statements of the language,
// system calls, locks.
func (g *graph) direct(f *ssa.Function) []end {
	var list []end
	if kind, ok := primitives[funcName(f)]; ok {
		list = append(list, end{kind, primitiveLeaf})
	}
	switch name := funcName(f); {
	case opaque(path(f)), name == "syscall.readlen": // of the pipe on which forkExec hears of its child: kind process
		return list
	case name == "syscall.FcntlFlock": // the only one of fcntl's commands that waits
		return append(list, end{"flock", "[fcntl(2)]"})
	}
	for _, b := range reachable(f) {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				list = append(list, end{"chan", "[chan send]"})
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					list = append(list, end{"chan", "[chan recv]"})
				}
			case *ssa.Select:
				if instr.Blocking {
					list = append(list, end{"chan", "[select]"})
				}
			}
		}
	}
	g.eachCall(f, func(call *ssa.CallCommon, _ ssa.Instruction) {
		callee := call.StaticCallee()
		if call.IsInvoke() {
			if name := connMethod(call); name != "" {
				list = append(list, end{"net", "[" + name + "]"})
			}
		}
		if callee == nil {
			return
		}
		switch name := funcName(g.target(callee)); name {
		case "syscall.Syscall", "syscall.Syscall6", "syscall.RawSyscall6", "syscall.rawVforkSyscall":
			if nr, ok := call.Args[0].(*ssa.Const); ok && nr.Value != nil && nr.Value.Kind() == constant.Int {
				n, _ := constant.Int64Val(nr.Value)
				if s, ok := syscalls[n]; ok && name != "syscall.RawSyscall6" {
					list = append(list, end{s.kind, "[" + s.name + "(2)]"})
				}
			}
		default:
			if path(f) == "net/smtp" && overConn[name] {
				list = append(list, end{"net", "[" + name + "]"})
			}
			if m, ok := lockMethods[name]; ok && len(call.Args) > 0 {
				if class := lockClass(call.Args[0]); class != "" && g.locks[class] {
					list = append(list, end{"lock", m + "{" + class + "}"})
				}
			}
		}
	})
	return list
}

var lockMethods = map[string]string{
	"sync.(*Mutex).Lock": "sync.(*Mutex).Lock", "internal/sync.(*Mutex).Lock": "sync.(*Mutex).Lock",
	"sync.(*RWMutex).Lock": "sync.(*RWMutex).Lock", "sync.(*RWMutex).RLock": "sync.(*RWMutex).RLock",
}

var unlockMethods = map[string]bool{
	"sync.(*Mutex).Unlock": true, "internal/sync.(*Mutex).Unlock": true, "sync.(*RWMutex).Unlock": true, "sync.(*RWMutex).RUnlock": true,
}

// lockClass names a lock by the field or global variable that it is.
func lockClass(v ssa.Value) string {
	switch v := v.(type) {
	case *ssa.Global:
		return v.Pkg.Pkg.Path() + "." + v.Name()
	case *ssa.FieldAddr:
		st := v.X.Type().Underlying().(*types.Pointer).Elem()
		name := st.Underlying().(*types.Struct).Field(v.Field).Name()
		if n, ok := types.Unalias(st).(*types.Named); ok && n.Obj().Pkg() != nil {
			return n.Obj().Pkg().Path() + "." + n.Obj().Name() + "." + name
		}
		if outer := lockClass(v.X); outer != "" {
			return outer + "." + name
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return lockClass(v.X) // a pointer to a lock in a field
		}
	}
	return ""
}

// heldLocks adds to g.locks the locks that f holds while it waits.
func (g *graph) heldLocks(f *ssa.Function) {
	if opaque(path(f)) || isPrimitive(f) {
		return
	}
	calls := map[ssa.Instruction]bool{} // those that wait
	for _, e := range g.edges[f] {
		for kind := range g.waits[e.to] {
			calls[e.at] = calls[e.at] || crossing(f, e, kind) != nil
		}
	}
	for _, b := range reachable(f) {
		for i, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || call.Call.StaticCallee() == nil {
				continue
			}
			if _, ok := lockMethods[funcName(call.Call.StaticCallee())]; !ok {
				continue
			}
			class := lockClass(call.Call.Args[0])
			if class == "" || g.locks[class] {
				continue
			}
			if g.waitsFrom(b, i+1, class, calls, map[*ssa.BasicBlock]bool{}) {
				g.locks[class] = true
			}
		}
	}
}

// waitsFrom reports whether something waits between here and the unlock.
func (g *graph) waitsFrom(b *ssa.BasicBlock, i int, class string, calls map[ssa.Instruction]bool, seen map[*ssa.BasicBlock]bool) bool {
	for _, instr := range b.Instrs[i:] {
		switch instr := instr.(type) {
		case *ssa.Send:
			return true
		case *ssa.UnOp:
			if instr.Op == token.ARROW {
				return true
			}
		case *ssa.Select:
			if instr.Blocking {
				return true
			}
		case *ssa.Call:
			if callee := instr.Call.StaticCallee(); callee != nil && unlockMethods[funcName(callee)] && lockClass(instr.Call.Args[0]) == class {
				return false
			}
			if calls[instr] {
				return true
			}
			if callee := instr.Call.StaticCallee(); callee != nil {
				if _, ok := lockMethods[funcName(callee)]; ok {
					if c := lockClass(instr.Call.Args[0]); c != class && g.locks[c] {
						return true
					}
				}
			}
		case *ssa.Defer:
			if callee := instr.Call.StaticCallee(); callee != nil && !unlockMethods[funcName(callee)] && calls[instr] {
				return true
			}
		}
	}
	for _, s := range b.Succs {
		if !seen[s] {
			seen[s] = true
			if g.waitsFrom(s, 0, class, calls, seen) {
				return true
			}
		}
	}
	return false
}

// quick reports whether a call does not wait because of its last argument, a
// constant: GOMAXPROCS(0) only reads, Stack(buf, false) stops nobody, and
// reflect's TrySend and TryRecv ask not to wait. reflect collects garbage in its
// own tests only.
func quick(name, from string, at ssa.Instruction) bool {
	if name == "runtime.GC" && from == "reflect.Value.call" {
		return true
	}
	last := map[string]string{
		"runtime.GOMAXPROCS": "0", "runtime.Stack": "false", "reflect.Value.send": "true", "reflect.Value.recv": "true",
	}[name]
	call, ok := at.(*ssa.Call)
	if last == "" || !ok {
		return false
	}
	c, ok := call.Call.Args[len(call.Call.Args)-1].(*ssa.Const)
	return ok && c.Value != nil && c.Value.String() == last
}

// crossing returns the kinds as which a wait of a callee reaches its caller.
func crossing(from *ssa.Function, e edge, kind string) []string {
	to := e.to
	caller, callee := path(from), path(to)
	if quick(funcName(to), funcName(from), e.at) {
		return nil
	}
	if kind == "sock" && caller != "net" && caller != "syscall" && !strings.HasPrefix(caller, "internal/") {
		return nil // net asks the kernel for its interfaces: the others never wait for that
	}
	if e.once { // initialisation: what it reads is not counted
		switch kind {
		case "disk", "pipe", "lock", "fdrw", "anylock":
			return nil
		}
	}
	switch funcName(to) {
	case "syscall.Syscall", "syscall.Syscall6", "syscall.RawSyscall", "syscall.RawSyscall6":
		return nil // which call it is, the caller knows (direct)
	}
	if callee == "syscall" && kind == "fdrw" && caller != "syscall" && caller != "internal/poll" {
		return []string{"disk"}
	}
	switch {
	case kind == "anylock":
		// Which lock it is, the caller knows (direct). Only the methods of
		// sync that lock for the program are waits of their own.
		if caller == "sync" && from.Object() != nil && from.Object().Exported() {
			return []string{"lock"}
		}
		return nil
	case caller == "internal/poll" || callee != "internal/poll":
		return []string{kind}
	case caller == "net": // its descriptors do not block
		switch kind {
		case "poll":
			return []string{"net"}
		case "lock", "chan":
			return []string{kind}
		}
		return nil
	case kind == "poll":
		return []string{"pipe"}
	case kind == "fdrw" || kind == "sock":
		return []string{"disk"}
	}
	return []string{kind}
}
