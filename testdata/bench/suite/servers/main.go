// Command servers is what ../../client asks: an answer of a line and one of 4 KiB of JSON by HTTP, with
// and without TLS, and an echo by TCP. It prints the addresses, and serves until its standard
// input ends, so that it does not outlive who started it.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello\n") })
	mux.HandleFunc("/json", page)
	serve := func(kind string, listen func() (net.Listener, error), f func(net.Listener)) {
		l, err := listen()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s\n", kind, l.Addr())
		go f(l)
	}
	tcp := func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }
	serve("http", tcp, func(l net.Listener) { log.Fatal(http.Serve(l, mux)) })
	serve("tls", func() (net.Listener, error) {
		cert, err := certificate()
		if err != nil {
			return nil, err
		}
		return tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	}, func(l net.Listener) { log.Fatal(http.Serve(l, mux)) })
	serve("echo", tcp, echo)
	io.Copy(io.Discard, os.Stdin)
}

// rows are 4 KiB as JSON.
var rows = func() (list []row) {
	for i := range 64 {
		list = append(list, row{ID: 1000 + i, Name: fmt.Sprint("name of ", i), Tags: []string{"a", "b"}})
	}
	return list
}()

type row struct {
	ID   int      `json:"id"`
	Name string   `json:"name"`
	Tags []string `json:"tags"`
	More float64  `json:"more"`
}

func page(w http.ResponseWriter, r *http.Request) {
	text, err := json.Marshal(rows)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}

// echo sends back what comes.
func echo(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer c.Close()
			buf := make([]byte, 64)
			for {
				n, err := c.Read(buf)
				if err != nil {
					return // the client has what it wants
				}
				if _, err := c.Write(buf[:n]); err != nil {
					return
				}
			}
		}()
	}
}

// certificate makes one that is nobody's, for this run.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
