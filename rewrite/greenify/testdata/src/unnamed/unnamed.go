package unnamed

import "net/http"

func post() {
	http.Post("u", "text", body()) // want `net/http.Post cannot be patched here: argument 3 needs a conversion to io.Reader, which this file cannot name: import its package`
}
