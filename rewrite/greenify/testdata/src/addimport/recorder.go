package addimport

import "net/http/httptest"

func recorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }
