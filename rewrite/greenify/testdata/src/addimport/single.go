package addimport

import "net/http"

var body = func() *reader { return nil }

type reader struct{ *http.Request }

func (*reader) Read([]byte) (int, error) { return 0, nil }

// io is a type of this package: the import has another name.
func post() {
	http.Post("u", "text", body())    // want `green.Call32`
	go http.Post("u", "text", body()) // want `go statement`
}
