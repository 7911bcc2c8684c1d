//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/runtime/cgroup"
	"internal/strconv"
	"internal/stringslite"
	"unsafe"
)

// Workers: GREENIFY=workers=n. One hub is one processor, so a server runs as n processes of
// its program that share its listeners. The process that reads the setting is their parent:
// of the program it runs nothing, only what the standard library does to initialize itself,
// and then, in place of main.main, package internal/hubworkers (the folder here), which
// starts, watches and stops the workers. A worker is an ordinary run of the program, told by
// its variable which one it is and on which socket its parent listens to it.
//
// Package net brings internal/hubworkers into a program. In one that does not have it there
// is nothing to share, and the setting is refused.
var hubPrefork struct {
	parent  bool
	count   int    // of the parent's workers
	drain   int64  // nanoseconds
	pidFile string // "" if there is none

	number int // of this worker; 0 if it is none
	socket int // to its parent

	main   func()                      // of the parent
	answer func(request string) []byte // of the parent, at the admin socket
	serve  func()                      // of a worker: what its parent says
}

// hubSetWorkers reads the setting; 0 is auto.
func hubSetWorkers(n int64) {
	w := &hubPrefork
	w.parent = true
	if w.count = int(n); n == 0 {
		w.count = hubProcessors()
	}
}

// hubProcessors is how many processors the process may use, by its affinity and its cgroup.
// It is defaultGOMAXPROCS, but for that being 2 at least.
func hubProcessors() int {
	n := int(getCPUCount())
	if cgroupOK {
		if limit, ok, err := cgroup.ReadCPULimit(cgroupCPU); err == nil && ok {
			n = min(n, max(int(ceil(limit)), 1))
		}
	}
	return n
}

// hubInitWorkers finds out what the process is to others that the setting is for.
func hubInitWorkers() {
	w := &hubPrefork
	if hubFamily.parent != 0 { // inherited: it was asked of another process
		w.parent, w.number = false, 0
	}
	if w.number != 0 {
		// Who takes sockets from systemd compares this with its process id (sd_listen_fds(3)).
		ppid, _ := hubCall(sysGetppid)
		for i := range envs {
			if envs[i] == "LISTEN_PID="+strconv.Itoa(int(ppid)) {
				envs[i] = "LISTEN_PID=" + strconv.Itoa(getpid())
			}
		}
	}
	if !w.parent {
		return
	}
	switch {
	case hubSimulated:
		hubRefuseWorkers("a simulated program is one process: build it without -sim")
	case hubTestBinary():
		hubRefuseWorkers("the tests of a package are one process: run a program")
	case isarchive || islibrary:
		hubRefuseWorkers("a library for C has no main to run")
	}
}

func hubRefuseWorkers(why string) {
	print("greenify: GREENIFY: workers: ", why, "; see greenify help workers\n")
	hubAdminEnd()
	exit(2)
}

// hubTestBinary reports whether the go command has written main.
func hubTestBinary() bool {
	main := findfunc(abi.FuncPCABIInternal(main_main))
	file, _ := funcline(main, main.entry())
	return stringslite.HasSuffix(file, "_testmain.go") // a file with an underscore in front of its name is none of a program's
}

// hubInits returns which init tasks are run: in the parent of workers the standard library's.
// They are in the order of the imports, and the standard library imports nothing else.
func hubInits(all []*initTask) []*initTask {
	if !hubPrefork.parent {
		return all
	}
	var std []*initTask
	for _, t := range all {
		first := add(unsafe.Pointer(t), 8) // see doInit1
		f := *(*func())(unsafe.Pointer(&first))
		if pkg := hubPackage(funcname(findfunc(abi.FuncPCABIInternal(f)))); !hubOfScope(pkg, hubScopeDeps) && !hubOfModule(pkg) {
			std = append(std, t)
		}
	}
	return std
}

// hubOfModule reports whether a package is one of the modules that the program requires:
// those that replace others may have names without a dot.
func hubOfModule(pkg string) (found bool) {
	hubBuildLines("dep\t", func(module string) bool {
		found = stringslite.HasPrefix(pkg, module) && (len(pkg) == len(module) || pkg[len(module)] == '/')
		return !found
	})
	return found
}

// hubMain returns what to run as main.
func hubMain(main func()) func() {
	w := &hubPrefork
	if !w.parent {
		return main
	}
	if w.main == nil {
		hubRefuseWorkers("the program does not use package net, so it has no listeners to share")
	}
	return w.main
}

// hubWorkerServe is a worker's goroutine of the runtime that hears what its parent says.
func hubWorkerServe() { hubPrefork.serve() }

// hubWorkerStats tells the parent what hubStats would print.
func hubWorkerStats() {
	line := "stats"
	for _, n := range [...]uint64{hub.spawned.Load(), uint64(hub.peak.Load()), hub.switches, hub.yields, hub.rescued.Load(), hubBusy.count.Load(), uint64(hubSampled)} {
		line += " " + strconv.Itoa(int(n))
	}
	write(uintptr(hubPrefork.socket), unsafe.Pointer(unsafe.StringData(line)), int32(len(line)))
}

// What internal/hubworkers asks of package runtime.

//go:linkname hubworkers_config internal/hubworkers.config
func hubworkers_config() (parent bool, count int, drain int64, pidFile, admin string, stats bool, number, socket int) {
	w := &hubPrefork
	return w.parent, w.count, w.drain, w.pidFile, gostringnocopy(&hubAdmin.addr.path[0]), hubSettings.stats, w.number, w.socket
}

//go:linkname hubworkers_lead internal/hubworkers.lead
func hubworkers_lead(main func(), answer func(request string) []byte) {
	hubPrefork.main, hubPrefork.answer = main, answer
}

//go:linkname hubworkers_follow internal/hubworkers.follow
func hubworkers_follow(serve func()) {
	hubPrefork.serve = serve
	hubNative(hubWorkerServe)
}

// hubworkers_takes reports whether the program has asked for a signal.
//
//go:linkname hubworkers_takes internal/hubworkers.takes
func hubworkers_takes(s uint32) bool {
	return sig.wanted[s/32]&(1<<(s&31)) != 0
}

// hubworkers_die ends the process as a signal does that nobody takes.
//
//go:linkname hubworkers_die internal/hubworkers.die
func hubworkers_die(s uint32) {
	hubAtExit()
	dieFromSignal(s)
}

//go:linkname hubworkers_nano internal/hubworkers.nano
func hubworkers_nano() int64 { return nanotime() }

//go:linkname green_worker github.com/greenify-go/greenify/runtime.workerNumber
func green_worker() int { return hubPrefork.number }
