package main

import (
	"context"
	"net"
)

// nameServer starts a DNS server on loopback that says no to every question, after
// the pause. The resolver returned asks it.
func nameServer(t *T) *net.Resolver {
	s := must1(net.ListenPacket("udp", "127.0.0.1:0"))
	t.Defer(func() { s.Close() })
	go func() {
		for {
			buf := make([]byte, 512)
			n, from, err := s.ReadFrom(buf)
			if err != nil {
				return
			}
			t.After(func() {
				// The question is the answer, with the bits for a response and
				// for the error NXDOMAIN (RFC 1035, 4.1.1), and no record.
				buf[2], buf[3] = buf[2]|0x80, 0x83
				buf[10], buf[11] = 0, 0 // the question's OPT record
				s.WriteTo(buf[:n], from)
			})
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.LocalAddr().String())
	}}
}

// looking is an operation that asks the server for a name it does not know.
func looking(name string, f func(ctx context.Context, r *net.Resolver) error) op {
	return op{name, func(t *T) {
		r := nameServer(t)
		t.Call(func() {
			if err := f(context.Background(), r); err == nil {
				panic("found")
			}
		})
	}}
}

var dnsOps = []op{
	looking("net.Resolver.LookupHost", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupHost(ctx, "a.test."); return err }),
	looking("net.Resolver.LookupIPAddr", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupIPAddr(ctx, "a.test."); return err }),
	looking("net.Resolver.LookupNetIP, IPv6", func(ctx context.Context, r *net.Resolver) error {
		_, err := r.LookupNetIP(ctx, "ip6", "a.test.")
		return err
	}),
	looking("net.Resolver.LookupAddr", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupAddr(ctx, "192.0.2.1"); return err }),
	looking("net.Resolver.LookupCNAME", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupCNAME(ctx, "a.test."); return err }),
	looking("net.Resolver.LookupMX", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupMX(ctx, "a.test."); return err }),
	looking("net.Resolver.LookupNS", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupNS(ctx, "a.test."); return err }),
	looking("net.Resolver.LookupSRV", func(ctx context.Context, r *net.Resolver) error {
		_, _, err := r.LookupSRV(ctx, "x", "tcp", "a.test.")
		return err
	}),
	looking("net.Resolver.LookupTXT", func(ctx context.Context, r *net.Resolver) error { _, err := r.LookupTXT(ctx, "a.test."); return err }),
	looking("net.Dialer.Resolver", func(ctx context.Context, r *net.Resolver) error {
		_, err := (&net.Dialer{Resolver: r}).DialContext(ctx, "tcp", "a.test.:80")
		return err
	}),
	looking("net.Resolver.LookupHost, timeout", func(ctx context.Context, r *net.Resolver) error {
		ctx, cancel := context.WithTimeout(ctx, pause*9/10)
		defer cancel()
		_, err := r.LookupHost(ctx, "a.test.")
		return err
	}),
}
