//go:build greenify_hub

package net

import (
	"context"
	"internal/hubworkers"
	"internal/poll"
	"internal/strconv"
	"os"
	"syscall"
)

// What package net does in a worker, one of the processes of GREENIFY=workers=n.

// hubListening is what a descriptor is to the parent of the worker.
type hubListening struct {
	accepted bool                 // a connection that counts
	listener *hubworkers.Listener // nil if it is none
}

// hubListenStream is listenStream. In a worker the socket for a TCP address is the one that a
// worker before it has left, if there is any; a new one is known to the parent from then on.
func (fd *netFD) hubListenStream(ctx context.Context, laddr sockaddr, backlog int, ctrlCtxFn func(context.Context, string, string, syscall.RawConn) error) (err error) {
	if !hubworkers.Worker() {
		return fd.listenStream(ctx, laddr, backlog, ctrlCtxFn)
	}
	addr, tcp := laddr.(*TCPAddr)
	if !tcp || addr.Port == 0 {
		kind := "unix"
		if tcp {
			kind = "port0"
		}
		if err = fd.listenStream(ctx, laddr, backlog, ctrlCtxFn); err == nil {
			hubworkers.Note(kind, laddr.String())
			fd.hub.listener = hubworkers.Listen("", fd.hubShut)
		}
		return err
	}
	key, err := fd.hubKey(addr)
	if err != nil {
		return err
	}
	s, first, err := hubworkers.Ask(key)
	if err != nil {
		return os.NewSyscallError("bind", err)
	}
	if s >= 0 {
		poll.CloseFunc(fd.pfd.Sysfd)
		fd.pfd.Sysfd = s
		if err = fd.init(); err == nil {
			lsa, _ := syscall.Getsockname(s)
			fd.setAddr(fd.addrFunc()(lsa), nil)
			fd.hub.listener = hubworkers.Listen(key, fd.hubShut)
		}
		return err
	}
	defer func() {
		if fd.hub.listener == nil { // also if Control panics
			hubworkers.Failed(key)
		}
	}()
	if !first {
		if err = hubReusePort(fd.pfd.Sysfd); err != nil {
			return err
		}
	}
	if err = fd.listenStream(ctx, laddr, backlog, ctrlCtxFn); err == nil {
		hubworkers.Made(key, fd.pfd.Sysfd)
		fd.hub.listener = hubworkers.Listen(key, fd.hubShut)
	}
	return err
}

// hubKey is what workers that listen at the same address have in common.
func (fd *netFD) hubKey(addr *TCPAddr) (string, error) {
	key := strconv.Itoa(fd.family)
	for _, option := range [][2]int{{syscall.SOL_SOCKET, syscall.SO_PROTOCOL}, {syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY}} {
		if option[0] == syscall.IPPROTO_IPV6 && fd.family != syscall.AF_INET6 {
			continue
		}
		n, err := syscall.GetsockoptInt(fd.pfd.Sysfd, option[0], option[1])
		if err != nil {
			return "", os.NewSyscallError("getsockopt", err)
		}
		key += "/" + strconv.Itoa(n)
	}
	return key + "/" + addr.String(), nil
}

// hubShare has the worker share a socket that it has bound: the first of an address is bound
// like any program's, so that an address that somebody else listens at is refused.
func (fd *netFD) hubShare() error {
	if !hubworkers.Worker() || fd.family == syscall.AF_UNIX {
		return nil
	}
	return hubReusePort(fd.pfd.Sysfd)
}

func hubReusePort(s int) error {
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(s, syscall.SOL_SOCKET, hubSoReusePort, 1))
}

const hubSoReusePort = 15 // SO_REUSEPORT of amd64 and arm64, which package syscall does not have

// hubShut ends the listening, so that clients are refused. Who accepts does not hear of it.
func (fd *netFD) hubShut() {
	fd.pfd.RawControl(func(s uintptr) { syscall.Shutdown(int(s), syscall.SHUT_RD) })
}

// hubListenDatagram is listenDatagram.
func (fd *netFD) hubListenDatagram(ctx context.Context, laddr sockaddr, ctrlCtxFn func(context.Context, string, string, syscall.RawConn) error) error {
	if addr, ok := laddr.(*UDPAddr); ok && hubworkers.Worker() && addr.Port != 0 && !addr.IP.IsMulticast() {
		hubworkers.Note("udp", addr.String())
	}
	return fd.listenDatagram(ctx, laddr, ctrlCtxFn)
}

// hubClosed is called with the result of the Close of a descriptor, and returns it.
func (fd *netFD) hubClosed(err error) error {
	if hubworkers.Worker() && err != poll.ErrNetClosing {
		if fd.hub.accepted {
			poll.HubConns.Open.Add(-1)
		}
		if fd.hub.listener != nil {
			fd.hub.listener.Closed()
		}
	}
	return err
}
