package main // want `not registered`

import "net/http"

type api struct{}

func (api) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

func hello(w http.ResponseWriter, r *http.Request) {}

func main() { // want `main does not start the hub: defer green.Main first`
	mux := http.NewServeMux()
	http.HandleFunc("/", hello)                                          // want `callback of net/http.HandleFunc runs outside the hub, the server's goroutines call it: wrap it in green.Enter20`
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {}) // want `green.Enter20`
	mux.Handle("/api", &api{})                                           // want `green.Enter20`
	mux.Handle("/sub", http.NewServeMux())
	srv := &http.Server{Handler: wrap(mux)} // want `callback of net/http.\(Server\).Handler`
	srv.Handler = api{}                     // want `callback`
	srv.Handler = mux
	go http.ListenAndServe(":1", nil)    // want `go statement`
	http.ListenAndServe(":1", mux)       // want `green.Call21`
	http.ListenAndServe(":1", api{})     // want `green.Call21`
	http.ListenAndServe(":1", wrap(mux)) // want `green.Call21`
}

func wrap(h http.Handler) http.Handler { return h }
