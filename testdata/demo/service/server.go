package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// server serves pages that workers render once each.
type server struct {
	jobs     chan job // to the workers
	workers  sync.WaitGroup
	rendered atomic.Int64

	mu    sync.RWMutex
	pages map[string]*page // guarded by mu
}

type page struct {
	once sync.Once
	body string // written in once
}

type job struct {
	name string
	done chan<- string
}

func newServer(workers int) *server {
	s := &server{jobs: make(chan job), pages: make(map[string]*page)}
	for range workers {
		s.workers.Go(s.work)
	}
	return s
}

// work renders pages until jobs is closed.
func (s *server) work() {
	for j := range s.jobs {
		s.rendered.Add(1)
		j.done <- fmt.Sprintf("%s: %x\n", j.name, sha256.Sum256([]byte(j.name)))
	}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch name := r.URL.Path; name {
	case "/stall": // never answers: the client has to give up
		<-r.Context().Done()
	default:
		p := s.page(name)
		p.once.Do(func() {
			done := make(chan string)
			s.jobs <- job{name, done}
			p.body = <-done
		})
		time.Sleep(100 * time.Millisecond) // the slow database behind it
		io.WriteString(w, p.body)
	}
}

func (s *server) page(name string) *page {
	s.mu.RLock()
	p := s.pages[name]
	s.mu.RUnlock()
	if p != nil {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages[name] == nil {
		s.pages[name] = new(page)
	}
	return s.pages[name]
}

// serve listens with TLS on a free port of the loopback interface. The
// certificate is made here and now; the client that serve returns trusts it.
func serve(h http.Handler) (srv *http.Server, client *http.Client, url string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, "", err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, "", err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	client = &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots},
		MaxIdleConnsPerHost: requests,
	}}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, "", err
	}
	srv = &http.Server{
		Handler: h,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{
			{Certificate: [][]byte{der}, PrivateKey: key},
		}},
		ErrorLog: log.New(io.Discard, "", 0), // clients that gave up
	}
	go srv.ServeTLS(listener, "", "")
	return srv, client, "https://" + listener.Addr().String(), nil
}
