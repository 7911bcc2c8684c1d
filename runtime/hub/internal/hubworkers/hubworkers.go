//go:build greenify_hub

// Package hubworkers runs a program as n processes that share its listeners:
// GREENIFY=workers=n (runtime/greenify_workers.go).
//
// The parent runs one loop (parent.go), to which signals, the ends of processes, what workers
// say and timers come as functions to call. So what the parent knows needs no lock.
//
// The n workers have places, 1 to n. A worker that listens at a TCP address makes the socket
// itself, by the code of package net, and gives a copy to the parent, which keeps it for the
// place (sockets.go). SO_REUSEPORT has the kernel deal connections to the sockets of all
// places. Whoever comes to a place gets its sockets, with the connections that nobody has
// accepted yet. So a worker that is killed takes with it the connections that it has
// accepted, and no others; and in a rolling restart two workers have one place for a while,
// and accept from the same queue (roll.go).
//
// A worker that is to end gets the signal if the program has asked for it, and ends as it
// likes. If it has not, accepting stops, HTTP servers say so to their clients, and when no
// connection is left the process ends by that signal, as it would by itself (worker.go).
//
// Parent and worker talk through a pair of sockets that keep messages apart: a word, its
// arguments, and with some a descriptor.
//
//	worker to parent
//	  ask ID KEY    the socket for an address? ID is for the answer
//	  made KEY      here it is, new
//	  failed KEY    it cannot be made
//	  closed KEY    the program has closed it
//	  note KIND ... it does what workers cannot share
//	  stats N ...   at its end
//	parent to worker
//	  have ID       here it is
//	  first ID      make it; nobody has one
//	  make ID       make it; other places have one
//	  stop SIGNAL   end; the place goes to another worker
//	  end SIGNAL    end; nobody comes after it
package hubworkers

import (
	"internal/poll"
	"os"
	"syscall"
	_ "unsafe" // for linkname
)

// Provided by package runtime.

//go:linkname config
func config() (parent bool, count int, drain int64, pidFile, admin string, stats bool, number, socket int)

//go:linkname lead
func lead(main func(), answer func(request string) []byte)

//go:linkname follow
func follow(serve func())

//go:linkname takes
func takes(sig uint32) bool

//go:linkname die
func die(sig uint32)

//go:linkname nano
func nano() int64

func init() {
	isParent, _, _, _, _, _, number, socket := config()
	switch {
	case isParent:
		lead(theParent.run, theParent.answer)
	case number != 0:
		c, err := newConn(socket)
		if err != nil {
			os.Stderr.WriteString("greenify: GREENIFY: control: " + err.Error() + "; greenify sets it for workers\n")
			os.Exit(2)
		}
		self.conn = c
		poll.HubConns.Counts = true
		follow(self.serve)
	}
}

// A conn is one end of the pair.
type conn struct {
	file *os.File
	raw  syscall.RawConn
}

func newConn(fd int) (*conn, error) {
	if n, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil || n != syscall.SOCK_SEQPACKET {
		return nil, os.NewSyscallError("getsockopt", syscall.ENOTSOCK)
	}
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	c := &conn{file: os.NewFile(uintptr(fd), "workers")}
	var err error
	c.raw, err = c.file.SyscallConn()
	return c, err
}

// send sends a message, with a descriptor unless that is -1. Nothing is done about an error:
// the other process has ended, which is heard of by receive.
func (c *conn) send(message string, fd int) {
	var rights []byte
	if fd >= 0 {
		rights = syscall.UnixRights(fd)
	}
	c.raw.Write(func(s uintptr) bool {
		for {
			err := syscall.Sendmsg(int(s), []byte(message), rights, nil, syscall.MSG_NOSIGNAL)
			if err != syscall.EINTR {
				return err != syscall.EAGAIN
			}
		}
	})
}

// receive returns the next message and the descriptor that has come with it, or -1. It
// reports false when the other process has ended.
func (c *conn) receive() (message string, fd int, ok bool) {
	var buf [4096]byte
	var oob [64]byte
	var n, oobn int
	var err error
	rawErr := c.raw.Read(func(s uintptr) bool {
		for {
			n, oobn, _, _, err = syscall.Recvmsg(int(s), buf[:], oob[:], syscall.MSG_CMSG_CLOEXEC)
			if err != syscall.EINTR {
				return err != syscall.EAGAIN
			}
		}
	})
	if rawErr != nil || err != nil || n == 0 {
		return "", -1, false
	}
	fd = -1
	if list, err := syscall.ParseSocketControlMessage(oob[:oobn]); err == nil && len(list) == 1 {
		if fds, err := syscall.ParseUnixRights(&list[0]); err == nil && len(fds) == 1 {
			fd = fds[0]
		}
	}
	return string(buf[:n]), fd, true
}

// cut returns the first word of a message, and the rest.
func cut(s string) (word, rest string) {
	for i := range len(s) {
		if s[i] == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
