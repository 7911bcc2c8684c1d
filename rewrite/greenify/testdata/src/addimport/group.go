package addimport // want `not registered`

import (
	"net/http/httptest"
	"testing"
)

// http is taken here: the package gets another name.
func shadow() *httptest.ResponseRecorder {
	http := mux()
	w := httptest.NewRecorder()
	http.ServeHTTP(w, httptest.NewRequest("GET", "/", nil)) // want `patched.Call20`
	return w
}

func plain(t *testing.T) {
	m := mux()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/", nil)) // want `patched.Call20`
}
