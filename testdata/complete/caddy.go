package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// caddyfile has the same site by HTTP and, with a certificate of the server's own authority, by HTTPS.
const caddyfile = `{
	admin 127.0.0.1:{admin}
	http_port {http}
	https_port {https}
	auto_https disable_redirects
	skip_install_trust
	storage file_system {dir}/store
	log {
		level ERROR
	}
}
(site) {
	encode gzip
	handle /api/* {
		reverse_proxy {backends}
	}
	handle {
		root * {dir}/site
		file_server browse
	}
}
http://127.0.0.1:{http} {
	import site
}
https://localhost:{https} {
	tls internal
	import site
}
`

const files = 200

// caddy has clients fetch files and call what is behind the proxy, by all versions of HTTP, and
// loads its configuration again and again meanwhile.
func caddy(r *run) error {
	site := filepath.Join(r.dir, "site")
	if err := os.Mkdir(site, 0o777); err != nil {
		return err
	}
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range files {
		name := filepath.Join(site, fmt.Sprintf("f%d.txt", i))
		data := bytes.Repeat(fmt.Appendf(nil, "line of file %d\n", i), 1+i*i)
		if err := errors.Join(os.WriteFile(name, data, 0o666), os.Chtimes(name, made, made)); err != nil {
			return err
		}
	}
	if err := os.Chtimes(site, made, made); err != nil {
		return err
	}
	var backends []string
	for range 2 {
		s := httptest.NewServer(http.HandlerFunc(backend))
		defer s.Close()
		backends = append(backends, s.Listener.Addr().String())
	}
	text := strings.NewReplacer("{dir}", r.dir, "{backends}", strings.Join(backends, " ")).Replace(caddyfile)
	var ports []int
	for _, name := range []string{"{admin}", "{http}", "{https}"} {
		_, port, err := free()
		if err != nil {
			return err
		}
		ports = append(ports, port)
		text = strings.ReplaceAll(text, name, fmt.Sprint(port))
	}
	config := filepath.Join(r.dir, "Caddyfile")
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		return err
	}
	p, err := r.start("run", "--config", config)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	plain, secure := fmt.Sprintf("http://127.0.0.1:%d", ports[1]), fmt.Sprintf("https://localhost:%d", ports[2])
	if err := r.until("answer", func() error {
		pem, err := os.ReadFile(filepath.Join(r.dir, "store/pki/authorities/local/root.crt"))
		if err != nil {
			return err
		}
		roots.AppendCertsFromPEM(pem)
		for _, url := range []string{plain, secure} {
			c := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
			if _, err = fetch(&c, url, 0); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}

	const at = 16
	trust := func() *tls.Config { return &tls.Config{RootCAs: roots} }
	one := &http.Transport{TLSClientConfig: trust(), MaxIdleConnsPerHost: at}
	two := &http.Transport{TLSClientConfig: trust(), ForceAttemptHTTP2: true}
	three := &http3.Transport{TLSClientConfig: trust()}
	each := &http.Transport{TLSClientConfig: trust(), DisableKeepAlives: true}
	defer func() {
		one.CloseIdleConnections()
		two.CloseIdleConnections()
		three.Close()
	}()
	for _, l := range []struct {
		name string
		n    int
		via  http.RoundTripper
		url  string
	}{
		{"HTTP/1.1", 10_000, one, plain},
		{"HTTPS/1.1", 6_000, one, secure},
		{"HTTPS/2", 6_000, two, secure},
		{"HTTPS/3", 3_000, three, secure},
		{"HTTPS, connection each", 2_000, each, secure},
	} {
		c := http.Client{Transport: l.via, Timeout: time.Minute}
		if err := r.load(l.name, at, l.n, func(_, i int) (string, error) { return fetch(&c, l.url, i) }); err != nil {
			return err
		}
	}

	stop, reloaded := make(chan bool), make(chan error)
	go func() {
		var err error
		for n := 0; err == nil; n++ {
			select {
			case <-stop:
				if n < 3 {
					err = fmt.Errorf("the configuration was loaded %d times only", n)
				}
				reloaded <- err
				return
			case <-time.After(100 * time.Millisecond):
				err = reload(fmt.Sprintf("http://127.0.0.1:%d/load", ports[0]), text, n)
			}
		}
		<-stop
		reloaded <- err
	}()
	c := http.Client{Transport: one, Timeout: time.Minute}
	err = r.load("HTTP/1.1 while it is configured", at, 10_000, func(_, i int) (string, error) {
		time.Sleep(time.Millisecond)
		if m := i % 8; m == 1 || m == 2 { // not a POST, which may be made once only
			i += 2
		}
		var err error
		for range 20 { // each listener that is closed resets the connections that it has not accepted
			var text string
			if text, err = fetch(&c, plain, i); err == nil {
				return text, nil
			}
		}
		return "", err
	})
	close(stop)
	if err := errors.Join(err, <-reloaded); err != nil {
		return err
	}
	return p.stop()
}

// backend is what is behind the proxy: it answers what it was sent, twice, in pieces.
func backend(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("X-Path", q.URL.Path)
	for range 2 {
		w.Write(body)
		http.NewResponseController(w).Flush()
	}
}

// fetch makes the request of a number, and returns what is the same each time.
func fetch(c *http.Client, url string, i int) (string, error) {
	method, path, body := "GET", fmt.Sprintf("/f%d.txt", i*7919%files), []byte(nil)
	header := http.Header{}
	switch i % 8 {
	case 1, 2:
		method, path, body = "POST", fmt.Sprintf("/api/%d", i), payload(i)
	case 3:
		header.Set("Range", "bytes=5-1000")
	case 4:
		header.Set("If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT")
	case 5:
		path = fmt.Sprintf("/none%d", i)
	case 6:
		if i%80 == 6 {
			path = "/" // a list of all files; a page of them has a random number
			header.Set("Accept", "application/json")
		}
	}
	q, err := http.NewRequest(method, url+path, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	q.Header = header
	a, err := c.Do(q)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if i%8 == 1 && !bytes.Equal(text, append(body, body...)) {
		return "", fmt.Errorf("%s: %d bytes are not what was sent, twice", path, len(text))
	}
	h := a.Header
	return fmt.Sprintf("%s %s %s %q %q %q %q %x", method, path, a.Status, h.Get("Content-Type"), h.Get("Etag"),
		h.Get("Content-Range"), h.Get("X-Path"), sha256.Sum256(text)), nil
}

// reload gives the server its configuration again, a little changed: else it does nothing.
func reload(url, text string, n int) error {
	text = strings.Replace(text, "level ERROR", []string{"level PANIC", "level ERROR"}[n%2], 1)
	a, err := http.Post(url, "text/caddyfile", strings.NewReader(text))
	if err != nil {
		return err
	}
	defer a.Body.Close()
	said, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", a.Status, said)
	}
	return err
}
