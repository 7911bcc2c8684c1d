package alternate

import (
	"net/http"
	"os"
)

var client http.Client

func body() *os.File { return nil }
