package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed source.tmpl
var sourceText string

var source = template.Must(template.New("").Parse(sourceText))

var (
	pieces = []string{"pool", "cache", "pipeline", "queue", "limit", "topic", "ledger", "report", "parse"}
	words  = []string{"order", "user", "price", "route", "image", "letter", "track", "stock", "ticket", "sensor"}
	types  = []string{"int", "int64", "uint32", "float64", "string"}
)

const (
	linesOfFile    = 250
	linesOfPackage = 1000
)

// A piece is what the templates know.
type piece struct {
	Package          string
	Import, Imported string // another package of the module
	N                int    // of the file
	Name, T          string
	K                int
	Flag             bool
}

// generate writes a module of at least so many lines to dir, in packages of which each but
// the first imports another one. Each seed makes other text, so that no cache knows it.
func generate(dir string, lines int, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, uint64(lines)))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/made\n\ngo 1.26.0\n"), 0o666); err != nil {
		return err
	}
	for i := 0; lines > 0; i++ {
		p := piece{Package: fmt.Sprintf("p%04d", i)}
		if i > 0 {
			p.Imported = fmt.Sprintf("p%04d", i/2)
			p.Import = "example.com/made/" + p.Imported
		}
		n, err := generatePackage(filepath.Join(dir, p.Package), p, r)
		if err != nil {
			return err
		}
		lines -= n
	}
	return nil
}

func generatePackage(dir string, p piece, r *rand.Rand) (lines int, err error) {
	if err := os.Mkdir(dir, 0o777); err != nil {
		return 0, err
	}
	named := 0
	for p.N = 0; lines < linesOfPackage; p.N++ {
		var b bytes.Buffer
		p.K = 2 + r.IntN(60)
		if err := source.ExecuteTemplate(&b, "file", p); err != nil {
			return 0, err
		}
		for bytes.Count(b.Bytes(), []byte("\n")) < linesOfFile {
			p.Name = fmt.Sprint(words[r.IntN(len(words))], named)
			p.T, p.K, p.Flag = types[r.IntN(len(types))], 2+r.IntN(60), r.IntN(2) == 0
			name := pieces[r.IntN(len(pieces))]
			if p.T == "string" && name == "ledger" {
				continue // there is no balance of strings
			}
			named++
			if err := source.ExecuteTemplate(&b, name, p); err != nil {
				return 0, err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d.go", p.N)), b.Bytes(), 0o666); err != nil {
			return 0, err
		}
		lines += bytes.Count(b.Bytes(), []byte("\n"))
	}
	return lines, nil
}
