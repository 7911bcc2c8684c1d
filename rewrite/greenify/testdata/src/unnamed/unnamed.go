package unnamed // want `not registered`

import "net/http"

func post() {
	http.Post("u", "text", body()) // want `patched.Call32`
}
