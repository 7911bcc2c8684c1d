package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/rpc"
	"net/rpc/jsonrpc"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

func tcpTo(address string) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	return net.Dial("tcp", u.Host)
}

// Slow is a service of net/rpc.
type Slow struct{}

func (Slow) Pause(in int, out *int) error {
	time.Sleep(pause)
	*out = in
	return nil
}

func rpcServer() *rpc.Server {
	s := rpc.NewServer()
	must(s.Register(Slow{}))
	return s
}

// mail is a server that knows as much SMTP as net/smtp needs; it thinks before it
// answers the command slow.
func mail(c net.Conn, slow string) {
	defer c.Close()
	answer := func(cmd, s string) {
		if cmd == slow {
			time.Sleep(pause)
		}
		io.WriteString(c, s+"\r\n")
	}
	answer("connect", "220 here")
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		switch cmd, _, _ := strings.Cut(lines.Text(), " "); cmd {
		case "DATA":
			answer(cmd, "354 go on")
			for lines.Scan() && lines.Text() != "." {
			}
			answer(".", "250 thanks")
		case "QUIT":
			answer(cmd, "221 bye")
			return
		default:
			answer(cmd, "250 ok")
		}
	}
}

func mailServer(t *T, slow string) string {
	l, _ := listen(t, "tcp")
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go mail(c, slow)
		}
	}()
	return l.Addr().String()
}

func sendMail(slow string) op {
	return op{"net/smtp.SendMail, slow " + slow, func(t *T) {
		addr := mailServer(t, slow)
		t.Call(func() { must(smtp.SendMail(addr, nil, "a@test", []string{"b@test"}, []byte("hello\r\n"))) })
	}}
}

var protocolOps = []op{
	{"net/rpc.Client.Call", func(t *T) {
		a, b := pair(t, "tcp")
		go rpcServer().ServeConn(b)
		c := rpc.NewClient(a)
		t.Call(func() { var n int; must(c.Call("Slow.Pause", 1, &n)) })
	}},
	{"net/rpc.Client.Go", func(t *T) {
		a, b := pair(t, "tcp")
		go rpcServer().ServeConn(b)
		call := rpc.NewClient(a).Go("Slow.Pause", 1, new(int), nil)
		t.Call(func() { <-call.Done })
	}},
	{"net/rpc.Server.ServeConn", func(t *T) {
		a, b := pair(t, "tcp")
		t.After(func() { a.Close() })
		t.Call(func() { rpcServer().ServeConn(b) })
	}},
	{"net/rpc.DialHTTP", func(t *T) {
		mux := http.NewServeMux()
		mux.Handle(rpc.DefaultRPCPath, rpcServer())
		s := web(t, func(w http.ResponseWriter, r *http.Request) { time.Sleep(pause); mux.ServeHTTP(w, r) }, false)
		t.Call(func() { must1(rpc.DialHTTP("tcp", strings.TrimPrefix(s.URL, "http://"))).Close() })
	}},
	{"net/rpc/jsonrpc, Call", func(t *T) {
		a, b := pair(t, "tcp")
		go rpcServer().ServeCodec(jsonrpc.NewServerCodec(b))
		c := jsonrpc.NewClient(a)
		t.Call(func() { var n int; must(c.Call("Slow.Pause", 1, &n)) })
	}},
	{"net/smtp.Dial", func(t *T) {
		addr := mailServer(t, "connect")
		t.Call(func() { must1(smtp.Dial(addr)).Close() })
	}},
	sendMail("DATA"), sendMail("RCPT"), sendMail("."),
	{"net/textproto.Conn.ReadLine", func(t *T) {
		a, b := pair(t, "tcp")
		c := textproto.NewConn(a)
		t.After(func() { io.WriteString(b, "hello\r\n") })
		t.Call(func() { must1(c.ReadLine()) })
	}},
	{"net/textproto.Reader.ReadMIMEHeader", func(t *T) {
		r := textproto.NewReader(bufio.NewReader(feed(t, "A: b\r\n\r\n")))
		t.Call(func() { must1(r.ReadMIMEHeader()) })
	}},
}
