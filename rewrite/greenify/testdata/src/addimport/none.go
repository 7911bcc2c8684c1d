package addimport

func serve() {
	m := mux()
	go m.ServeHTTP(recorder(), nil) // want `go statement`
}
