package bench

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// One operation is 64 bytes sent to a server on this machine and back.
func BenchmarkTCPEcho(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return // b has failed to dial, or will fail to read
		}
		defer c.Close()
		buf := make([]byte, 64)
		for {
			if _, err := io.ReadFull(c, buf); err != nil {
				return // the client is done
			}
			if _, err := c.Write(buf); err != nil {
				return
			}
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 64)
	b.ResetTimer()
	for range b.N {
		if _, err := c.Write(buf); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// One operation is one GET over a connection that is kept.
func BenchmarkHTTPGet(b *testing.B) {
	b.Run("1", func(b *testing.B) { httpGet(b, 1) })
	b.Run("50", func(b *testing.B) { httpGet(b, 50) })
}

func httpGet(b *testing.B, clients int) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello")
	}))
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	get := func() error {
		resp, err := client.Get(server.URL)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	share := func(n int) []func() {
		fs := make([]func(), clients)
		for i := range fs {
			fs[i] = func() {
				for range (n + i) / clients {
					if err := get(); err != nil {
						b.Error(err)
						return
					}
				}
			}
		}
		return fs
	}
	together(b, share(clients)...) // opens the connections
	together(b, share(b.N)...)
}
