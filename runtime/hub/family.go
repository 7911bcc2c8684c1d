//go:build greenify_hub

package runtime

import (
	"internal/strconv"
	"unsafe"
)

// A child process inherits the variable GREENIFY, and with it what was asked of its
// parent: to listen on a socket, to write a trace, to report on standard error. It
// must not fail for want of what the parent holds, nor destroy it, nor say what
// the parent does not expect to read.
//
// So a program that reads the variable adds parent=ID, its process id, to it. Who
// finds the id of another process there is a child, or a child of a child, whatever
// was between them; who finds its own has replaced itself (execve). A parent that
// gives a child a GREENIFY of its own has asked the child.
//
// A child takes the socket, the trace and the recording only if their names have %p, or the socket
// is free, and says nothing if it cannot. It prints no statistics and no reports of
// threads that keep the hub, compute or are in a deadlock with others, unless
// children=1.
var hubFamily struct {
	parent   int  // process id in the variable, 0 if there is none
	child    bool // of a process that was asked
	children bool // children=1
	// %p is in the name of the trace, of the recording
	ownTrace, ownRecord bool

	// For system calls: the stack of a goroutine may move.
	name  [64]byte
	stats [2][256]byte
}

// hubInherit finds out whether the process is a child, and marks the variable for
// its own children.
func hubInherit(env *string, value string) {
	f := &hubFamily
	pid := getpid()
	if f.parent == 0 && value != "" && !hubSettings.off {
		*env += ",parent=" + strconv.Itoa(pid)
	}
	if f.child = f.parent != 0 && f.parent != pid; f.child && !f.children {
		hubSettings.stats = false
		hubBlock.limit = 0
		hubPatrol.period = 0
	}
}

// hubSelfStarted reports whether the parent runs the same program, as test binaries
// that start themselves do.
func hubSelfStarted() bool {
	f := &hubFamily
	ppid, _ := hubCall(sysGetppid)
	return hubStat("/proc/self/exe", &f.stats[0]) && hubStat("/proc/"+strconv.Itoa(int(ppid))+"/exe", &f.stats[1]) &&
		[16]byte(f.stats[0][:]) == [16]byte(f.stats[1][:]) // st_dev, st_ino
}

// hubStat reads the struct stat of a file into memory that does not move.
func hubStat(name string, stat *[256]byte) bool {
	f := &hubFamily
	f.name[copy(f.name[:len(f.name)-1], name)] = 0
	_, errno := hubCall(sysNewfstatat, atFdcwd, uintptr(unsafe.Pointer(&f.name)), uintptr(unsafe.Pointer(stat)), 0)
	return errno == 0
}
