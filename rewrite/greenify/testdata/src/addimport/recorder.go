package addimport

import (
	"net/http/httptest"
	"os"
)

func recorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

func body() *os.File { return nil }
