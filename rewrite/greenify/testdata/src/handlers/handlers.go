package main // want `not registered`

import (
	"bytes"
	"context"
	"expvar"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/pprof"
	"net/rpc"
	"os"
	"os/exec"

	"github.com/greenify-go/greenify/runtime/patched"
)

type api struct{}

func (api) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

func hello(w http.ResponseWriter, r *http.Request) {}

func main() { // want `main does not start the hub: defer patched.Main first`
	mux := http.NewServeMux()
	http.HandleFunc("/", hello)                                          // want `callback of net/http.HandleFunc runs outside the hub, the server's goroutines call it: wrap it in patched.Enter20`
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {}) // want `patched.Enter20`
	mux.Handle("/api", &api{})                                           // want `patched.Enter20`
	mux.Handle("/sub", http.NewServeMux())
	srv := &http.Server{Handler: wrap(mux)} // want `callback of net/http.Server.Handler`
	srv.Handler = api{}                     // want `callback`
	srv.Handler = mux
	go http.ListenAndServe(":1", nil)    // want `go statement`
	http.ListenAndServe(":1", mux)       // want `patched.Call21`
	http.ListenAndServe(":1", api{})     // want `patched.Call21`
	http.ListenAndServe(":1", wrap(mux)) // want `patched.Call21`

	// Handlers of std run no patched code, but for those they are given.
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir("."))))
	mux.Handle("/slow", http.TimeoutHandler(api{}, 1, "")) // want `callback of net/http.TimeoutHandler`
	mux.Handle("/vars", expvar.Handler())
	mux.Handle(rpc.DefaultRPCPath, rpc.NewServer())
	mux.Handle("/made", made())
	mux.HandleFunc("/pprof", pprof.Profile)
}

// Functions in fields, readers and writers that goroutines of std use.
func fields(dial func(context.Context, string, string) (net.Conn, error), body io.Reader, out *bytes.Buffer, w io.Writer) {
	_ = &http.Transport{
		DialContext: dial, // want `callback of net/http.Transport.DialContext runs outside the hub, the client's goroutines call it: wrap it in patched.Enter32`
		Proxy:       http.ProxyFromEnvironment,
	}
	http.NewRequest("PUT", "u", body) // want `callback of net/http.NewRequest runs outside the hub, the client's goroutines read it: wrap it in patched.EnterReader`
	http.NewRequest("PUT", "u", out)
	cmd := exec.Command("cat")
	cmd.Stdin = body // want `patched.EnterReader`
	cmd.Stdout = out
	cmd.Stderr = os.Stderr
	_ = exec.Cmd{Stdout: w} // want `patched.EnterWriter`
}

// What a field is set to is wrapped; a call of it is none of that.
func calls(trace *httptrace.ClientTrace, srv *http.Server) {
	trace.GotFirstResponseByte()
	srv.ConnContext(ctx{}, nil)
}

type ctx struct{ context.Context }

// Methods that std calls enter by themselves.
func methods(any interface {
	RoundTrip(*http.Request) (*http.Response, error)
}) {
	_ = http.Client{Transport: cached{}}
	_ = http.Client{Transport: entering{}}
	_ = http.Client{Transport: any} // what it is shows at run time
	_ = http.Client{Transport: http.DefaultTransport}
	_ = http.Client{Transport: tripper(trip)}
	_ = http.Client{Transport: tripper(patched.Enter12(trip))}
	rpc.Register(new(service))
}

type cached struct{}

func (cached) RoundTrip(*http.Request) (*http.Response, error) { return nil, nil } // want `method cached.RoundTrip runs outside the hub, the client calls it outside the hub: defer patched.Enter first`

type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) } // want `method tripper.RoundTrip runs outside the hub`

func trip(*http.Request) (*http.Response, error) { return nil, nil }

type entering struct{}

func (entering) RoundTrip(*http.Request) (*http.Response, error) {
	defer patched.Enter()()
	return nil, nil
}

type service struct{}

func (*service) Answer(int, *int) error { return nil } // want `method service.Answer runs outside the hub, goroutines of the server call its methods: defer patched.Enter first`

func made() *rpc.Server { return rpc.DefaultServer }

func wrap(h http.Handler) http.Handler { return h }
