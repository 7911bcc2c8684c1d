package rules

import "strings"

// callHTTP: the client waits outside the baton; the server's goroutines enter
// with each request. A handler that is an interface value is wrapped where the
// server or the mux gets it. Of interfaces that the standard library and programs
// implement only the calls of the former leave the hub.
var callHTTP = join(
	offload("net/http", "", "waits for the server", "Get", "Head", "Post", "PostForm"),
	offload("net/http", "*Client", "waits for the server", "Do", "Get", "Head", "Post", "PostForm"),
	offload("net/http", "RoundTripper", "waits for the server", "RoundTrip"),
	offload("net/http", "*Transport", "waits for the server", "RoundTrip", "NewClientConn"),
	offload("net/http", "*ClientConn", "waits for the server", "RoundTrip", "Close"),
	offload("net/http", "ResponseWriter", "waits for the client", "Write"),
	offload("net/http", "Handler", "waits for what it serves", "ServeHTTP"),
	offload("net/http", "*ServeMux", "waits for what it serves", "ServeHTTP"),
	[]Call{
		{Pkg: "net/http", Recv: "Hijacker", Name: "Hijack", Act: Report, Why: "the bufio.ReadWriter it returns waits with the hub: take what that has buffered, then read from the connection"},
		{Pkg: "net/http", Recv: "*ResponseController", Name: "Hijack", Act: Report, Why: "the bufio.ReadWriter it returns waits with the hub: take what that has buffered, then read from the connection"},
	},
	offload("net/http", "Flusher", "waits for the client", "Flush"),
	offload("net/http", "*ResponseController", "waits for the client", "Flush"),
	offload("net/http", "", "waits for the client", "ServeContent", "ServeFile", "ServeFileFS"),
	offload("net/http", "*Request", "waits for the client", "FormFile", "FormValue", "ParseForm", "ParseMultipartForm", "PostFormValue"),
	offload("net/http", "*Request", "waits for its body and writer", "Write", "WriteProxy"),
	offload("net/http", "*Response", "waits for its body and writer", "Write"),
	stream("net/http", "Header", "Write", "WriteSubset"),
	offload("net/http", "", "serves until it fails", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"),
	offload("net/http", "*Server", "serves until it is closed", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS", "Shutdown", "Close"),
	offload("net/http/cgi", "", "serves one request", "Serve"),
	offload("net/http/cgi", "*Handler", "waits for the child", "ServeHTTP"),
	offload("net/http/fcgi", "", "serves until it fails", "Serve"),
	offload("net/http/httptest", "*Server", "waits for the requests under way", "Close", "CloseClientConnections"),
	offload("net/http/httputil", "*ClientConn", "waits for the server", "Do", "Read", "Write"),
	offload("net/http/httputil", "*ServerConn", "waits for the client", "Read", "Write"),
	offload("net/http/httputil", "*ReverseProxy", "waits for the server", "ServeHTTP"),
	offload("net/http/httputil", "", "waits for the body", "DumpRequest", "DumpRequestOut", "DumpResponse"),
	stream("net/http/httputil", "", "NewChunkedReader", "NewChunkedWriter"),
	stream("net/mail", "", "ReadMessage"),
	offload("net/http/pprof", "", "waits for the end of the profile", "Index", "Profile", "Trace"),

	enter("net/http", "", "the server's goroutines call it", 1, "HandleFunc", "Handle"),
	enter("net/http", "*ServeMux", "the server's goroutines call it", 1, "HandleFunc", "Handle"),
	enter("net/http", "", "the server's goroutines call it", 0, "TimeoutHandler", "MaxBytesHandler", "AllowQuerySemicolons"),
	enter("net/http", "", "the server's goroutines call it", 1, "StripPrefix"),
	enter("net/http", "Server", "the server's goroutines call it", 0, "Handler", "ConnState", "BaseContext", "ConnContext"),
	enter("net/http", "*Server", "the server's goroutines call it", 0, "RegisterOnShutdown"),
	enter("net/http/httptest", "", "the server's goroutines call it", 0, "NewServer", "NewTLSServer", "NewUnstartedServer"),
	enter("net/http", "", "the client's goroutines read it", 2, "NewRequest"),
	enter("net/http", "", "the client's goroutines read it", 3, "NewRequestWithContext"),
	enter("net/http", "Client", "the client calls it outside the hub", 0, "CheckRedirect", "Transport", "Jar"),
	enter("net/http", "Transport", "the client's goroutines call it", 0, "DialContext", "Dial", "DialTLSContext", "DialTLS", "Proxy", "GetProxyConnectHeader", "OnProxyConnectResponse"),
	enter("net/http/httputil", "ReverseProxy", "the server's goroutines call it", 0, "Director", "Rewrite", "ModifyResponse", "ErrorHandler", "Transport"),
	enter("net/http/httptrace", "ClientTrace", "the client's goroutines call it", 0, strings.Fields(`GetConn GotConn PutIdleConn GotFirstResponseByte Got100Continue Got1xxResponse
		DNSStart DNSDone ConnectStart ConnectDone TLSHandshakeStart TLSHandshakeDone WroteHeaderField WroteHeaders Wait100Continue WroteRequest`)...),
)

// enter returns rules for functions, methods and fields that are given, as the
// argument of that index, what foreign goroutines call, read or write.
func enter(pkg, recv, why string, arg int, names ...string) []Call {
	var list []Call
	for _, n := range names {
		list = append(list, Call{Pkg: pkg, Recv: recv, Name: n, Act: Enter, Arg: arg, Why: why})
	}
	return list
}
