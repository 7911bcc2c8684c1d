package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// corefile has a zone, a zone that is answered by a template, a cache before another server, and
// the server's own addresses for health and metrics.
const corefile = `
example.org:{port} {
	bind 127.0.0.1
	file {dir}/zone example.org
	prometheus 127.0.0.1:{metrics}
	errors
}
pattern.test:{port} {
	bind 127.0.0.1
	template IN A {
		match ^h-(\d+)-(\d+)\.pattern\.test\.$
		answer "{{ .Name }} 60 IN A 10.1.{{ index .Match 1 }}.{{ index .Match 2 }}"
		fallthrough
	}
}
.:{port} {
	bind 127.0.0.1
	cache 3600
	forward . 127.0.0.1:{upstream}
	health 127.0.0.1:{health}
	errors
}
`

const (
	hosts    = 2000 // in the zone
	patience = 30 * time.Second
)

func coredns(r *run) error {
	var zone strings.Builder
	zone.WriteString("$ORIGIN example.org.\n$TTL 3600\n@ IN SOA ns.example.org. admin.example.org. 1 7200 3600 1209600 3600\n@ IN NS ns\nns IN A 127.0.0.1\n*.wild IN TXT \"any\"\n")
	for i := range hosts {
		fmt.Fprintf(&zone, "h%d IN A 10.0.%d.%d\nh%d IN AAAA fd00::%x\nalias%d IN CNAME h%d\nh%d IN TXT \"%s\"\n", i, i/256, i%256, i, i, i, i, i, strings.Repeat("text ", 40))
	}
	if err := os.WriteFile(filepath.Join(r.dir, "zone"), []byte(zone.String()), 0o666); err != nil {
		return err
	}
	upstream, done, err := upstreamDNS()
	if err != nil {
		return err
	}
	defer done()
	text := strings.NewReplacer("{dir}", r.dir, "{upstream}", fmt.Sprint(upstream)).Replace(corefile)
	var addr string
	for _, name := range []string{"{port}", "{metrics}", "{health}"} {
		at, port, err := free()
		if err != nil {
			return err
		}
		if name == "{port}" {
			addr = at
		}
		text = strings.ReplaceAll(text, name, fmt.Sprint(port))
	}
	file := filepath.Join(r.dir, "Corefile")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		return err
	}
	p, err := r.start("-conf", file)
	if err != nil {
		return err
	}
	const clients = 16
	for _, network := range []string{"udp", "tcp"} {
		c := dns.Client{Net: network, Timeout: patience}
		if err := r.until("answer", func() error {
			_, err := ask(&c, nil, addr, 0)
			return err
		}); err != nil {
			return err
		}
		conns := make([]*dns.Conn, clients)
		for i := range conns {
			if conns[i], err = c.Dial(addr); err != nil {
				return err
			}
			defer conns[i].Close()
		}
		err := r.load(network+" query", clients, 20_000, func(client, i int) (string, error) {
			return ask(&c, conns[client], addr, i)
		})
		if err != nil {
			return err
		}
	}
	// Each on a connection of its own.
	c := dns.Client{Net: "tcp", Timeout: patience}
	err = r.load("tcp connection and query", clients, 4_000, func(_, i int) (string, error) {
		return ask(&c, nil, addr, i)
	})
	if err != nil {
		return err
	}
	return p.stop()
}

// ask makes the query of a number, and returns what its answer says, in one order.
func ask(c *dns.Client, conn *dns.Conn, addr string, i int) (string, error) {
	n := i * 7919 % hosts
	name, kind := fmt.Sprintf("h%d.example.org.", n), dns.TypeA
	switch i % 8 {
	case 1:
		kind = dns.TypeTXT
	case 2:
		kind = dns.TypeAAAA
	case 3:
		name = fmt.Sprintf("alias%d.example.org.", n)
	case 4:
		name = fmt.Sprintf("none%d.example.org.", n)
	case 5:
		name, kind = fmt.Sprintf("x%d.wild.example.org.", n), dns.TypeTXT
	case 6:
		name = fmt.Sprintf("h-%d-%d.pattern.test.", n/256, n%256)
	case 7:
		name = fmt.Sprintf("up%d.elsewhere.test.", n)
	}
	m := new(dns.Msg).SetQuestion(name, kind)
	var in *dns.Msg
	var err error
	if conn == nil {
		in, _, err = c.Exchange(m, addr)
	} else {
		in, _, err = c.ExchangeWithConn(m, conn)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	lines := []string{fmt.Sprintf("%s %s %v %v", name, dns.RcodeToString[in.Rcode], in.Authoritative, in.Truncated)}
	for _, section := range [][]dns.RR{in.Answer, in.Ns, in.Extra} {
		for _, rr := range section {
			if i%8 == 7 { // from the cache: how long it has been there
				rr.Header().Ttl = 0
			}
			lines = append(lines, rr.String())
		}
	}
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n"), nil
}

// upstreamDNS starts the server that is asked for all other names.
func upstreamDNS() (port int, done func(), err error) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	s := dns.Server{PacketConn: c, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Answer = []dns.RR{&dns.A{
			Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 3600},
			A:   net.IPv4(10, 2, 0, byte(len(q.Question[0].Name))),
		}}
		w.WriteMsg(m) // what is lost is asked for again
	})}
	var wg sync.WaitGroup
	wg.Go(func() { s.ActivateAndServe() })
	return c.LocalAddr().(*net.UDPAddr).Port, func() { s.Shutdown(); wg.Wait() }, nil
}
