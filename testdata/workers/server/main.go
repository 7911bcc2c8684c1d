// Server is an ordinary HTTP server: it knows nothing of workers, nor of greenify.
//
//	server ADDRESS
package main

import (
	"crypto/sha256"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
	"time"
)

var page = template.Must(template.New("").Parse(`<h1>{{.Name}}</h1>
<table>{{range .Rows}}
<tr><td>{{.ID}}</td><td>{{.Name}}</td><td>{{.Text}}</td></tr>{{end}}
</table>
`))

type row struct {
	ID         int
	Name, Text string
}

func main() {
	rows := make([]row, 100)
	for i := range rows {
		rows[i] = row{i, fmt.Sprintf("row <%d>", i), "a & b"}
	}
	http.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		err := page.Execute(w, map[string]any{"Name": r.URL.Path, "Rows": rows})
		if err != nil {
			log.Print(err)
		}
	})
	text := make([]byte, 1<<20)
	http.HandleFunc("/sum", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%x\n", sha256.Sum256(text))
	})
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello")
	})
	http.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Millisecond)
		fmt.Fprintln(w, "process", os.Getpid())
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
