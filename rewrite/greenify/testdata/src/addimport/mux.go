package addimport

import "net/http"

type io struct{}

func mux() *http.ServeMux { return http.NewServeMux() }
