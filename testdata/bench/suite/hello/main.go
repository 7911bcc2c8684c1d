// Command hello is the program whose build ../../show times.
package main

import (
	"fmt"
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello,", r.RemoteAddr)
	})
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
