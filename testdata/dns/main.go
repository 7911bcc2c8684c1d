// Command dns resolves names with the resolver that GODEBUG=netdns=... picks, of a
// DNS server that it runs itself on 127.0.0.1:53, and prints what it gets. It
// is meant for a network namespace of its own, with an /etc/resolv.conf and an
// /etc/hosts made for it (cmd/greenify/dns_test.go). It is ordinary Go.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// The answers of the server; a name that is not here does not exist. It answers
// nothing for names that begin with "silent".
var zone = map[string][]netip.Addr{
	"both.example.test.":  {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
	"four.example.test.":  {netip.MustParseAddr("192.0.2.4")},
	"six.example.test.":   {netip.MustParseAddr("2001:db8::6")},
	"short.found.test.":   {netip.MustParseAddr("192.0.2.7")},
	"many.example.test.":  {netip.MustParseAddr("192.0.2.8"), netip.MustParseAddr("192.0.2.9")},
	"hosts.example.test.": {netip.MustParseAddr("192.0.2.66")}, // /etc/hosts has another
}

const (
	typeA    = 1
	typeAAAA = 28
)

// serve answers questions of one name each (RFC 1035).
func serve(c net.PacketConn) {
	buf := make([]byte, 512)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return
		}
		q := buf[:n]
		var name strings.Builder
		i := 12
		for q[i] != 0 {
			name.Write(q[i+1 : i+1+int(q[i])])
			name.WriteByte('.')
			i += 1 + int(q[i])
		}
		kind := int(q[i+1])<<8 | int(q[i+2])
		if strings.HasPrefix(name.String(), "silent") {
			continue
		}
		addrs, known := zone[strings.ToLower(name.String())]
		a := slices.Clone(q[:i+5])
		a[2], a[3] = a[2]|0x84, 0x80
		if !known {
			a[3] |= 3 // NXDOMAIN
		}
		a[6], a[7], a[8], a[9], a[10], a[11] = 0, 0, 0, 0, 0, 0
		for _, addr := range addrs {
			if addr.Is4() != (kind == typeA) || addr.Is6() != (kind == typeAAAA) {
				continue
			}
			a[7]++
			data := addr.AsSlice()
			a = append(a, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 60, 0, byte(len(data)))
			a = append(a, data...)
		}
		c.WriteTo(a, from)
	}
}

// loopback starts the interface lo: in a new namespace it is down (netdevice(7)).
func loopback() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	ifreq := struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}{name: [16]byte{'l', 'o'}, flags: syscall.IFF_UP}
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&ifreq))); err != 0 {
		return err
	}
	return nil
}

func main() {
	if err := loopback(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:53")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go serve(c)
	for _, name := range []string{
		"both.example.test", "four.example.test.", "six.example.test", "many.example.test",
		"short", // by a search domain
		"short.", "none.example.test",
		"hosts.example.test", "alias", "localhost", "192.0.2.99", "",
	} {
		for _, network := range []string{"ip", "ip4", "ip6"} {
			addrs, err := net.DefaultResolver.LookupNetIP(context.Background(), network, name)
			for i := range addrs {
				addrs[i] = addrs[i].Unmap()
			}
			slices.SortFunc(addrs, netip.Addr.Compare)
			fmt.Println(network, name, addrs, describe(err))
		}
	}

	// A server that does not answer: the caller's deadline, and other goroutines
	// run meanwhile.
	ticks, done := 0, make(chan bool)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				ticks++
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	_, err = net.DefaultResolver.LookupHost(ctx, "silent.example.test")
	cancel()
	fmt.Println("deadline:", describe(err))
	// The resolver's own timeout, from resolv.conf: one second, one attempt.
	_, err = net.DefaultResolver.LookupHost(context.Background(), "silent.example.test.")
	fmt.Println("timeout:", describe(err))
	done <- true
	fmt.Println("ticked:", ticks > 20)
}

// describe leaves out of an error what the two resolvers say differently.
func describe(err error) string {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s: not found %v, timeout %v, temporary %v", dns.Name, dns.IsNotFound, dns.IsTimeout, dns.IsTemporary)
}
