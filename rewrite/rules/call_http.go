package rules

// callHTTP: the client waits outside the baton; the server's goroutines enter
// with each request. A handler that is an interface value is wrapped where the
// server or the mux gets it.
var callHTTP = join(
	offload("net/http", "", "waits for the server", "Get", "Head", "Post", "PostForm"),
	offload("net/http", "Client", "waits for the server", "Do", "Get", "Head", "Post", "PostForm"),
	offload("net/http", "RoundTripper", "waits for the server", "RoundTrip"),
	offload("net/http", "Transport", "waits for the server", "RoundTrip"),
	offload("net/http", "ResponseWriter", "waits for the client", "Write"),
	offload("net/http", "", "serves until it fails", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"),
	offload("net/http", "Server", "serves until it is closed", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS", "Shutdown"),
	[]Call{
		{Pkg: "net/http", Name: "HandleFunc", Act: Enter, Arg: 1, Why: "the server's goroutines call it"},
		{Pkg: "net/http", Recv: "ServeMux", Name: "HandleFunc", Act: Enter, Arg: 1, Why: "the server's goroutines call it"},
		{Pkg: "net/http", Name: "Handle", Act: Enter, Arg: 1, Why: "the server's goroutines call it"},
		{Pkg: "net/http", Recv: "ServeMux", Name: "Handle", Act: Enter, Arg: 1, Why: "the server's goroutines call it"},
		{Pkg: "net/http", Recv: "Server", Name: "Handler", Act: Enter, Why: "the server's goroutines call it"},
	},
)
