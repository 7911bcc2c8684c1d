package addimport

import "net/http"

// io is a type of this package: the import has another name.
func post() {
	http.Post("u", "text", body())    // want `patched.Call32`
	go http.Post("u", "text", body()) // want `go statement`
}
