package find_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find/load"
)

// The time for a function is the same in a file of many: ns/func of both sizes are alike, as are those of
// one function and of functions in a function. Clients of remote services are generated, and have files
// of 20,000 lines.
func BenchmarkFind(b *testing.B) {
	for _, c := range []struct{ name, body string }{
		{"calls", "call := func() {}\n\tother.Do(call)\n"},
		{"statements", "go g(<-c)\n\tmu.Lock()\n\tc <- <-c\n\tselect {\n\tcase <-c:\n\tdefault:\n\t}\n\tmu.Unlock()\n\tfor range c {\n\t}\n"},
		{"waits", "var wg sync.WaitGroup\n\twg.Add(1)\n\tgo func() { defer wg.Done(); time.Sleep(1) }()\n\twg.Wait()\n\tf := time.Sleep\n\tf(1)\n"},
	} {
		for _, n := range []int{500, 16000} {
			b.Run(fmt.Sprint(c.name, "/", n), func(b *testing.B) { benchmarkFind(b, n, c.body, false) })
			b.Run(fmt.Sprint(c.name, "/nested/", n), func(b *testing.B) { benchmarkFind(b, n, c.body, true) })
		}
	}
}

func benchmarkFind(b *testing.B, n int, statements string, nested bool) {
	dir := b.TempDir()
	var body strings.Builder
	body.WriteString("var (\n\tmu sync.Mutex\n\tc chan int\n\t_ = time.Now\n\t_ = other.Do\n)\n\nfunc g(int) {}\n\n")
	if nested {
		body.WriteString("func all() {\n\tgo func() {\n")
	}
	for i := range n {
		name := fmt.Sprint("func f", i, "()")
		if nested {
			name = "_ = func()"
		}
		fmt.Fprintf(&body, "%s {\n\t%s}\n", name, statements)
	}
	if nested {
		body.WriteString("\t}()\n}\n")
	}
	for name, text := range map[string]string{
		"go.mod":         "module example.com/app\n\ngo 1.26\n\nrequire example.com/other v1.0.0\n\nreplace example.com/other => ./other\n",
		"app.go":         "package app\n\nimport (\n\t\"example.com/other\"\n\t\"sync\"\n\t\"time\"\n)\n\n" + body.String(),
		"other/go.mod":   "module example.com/other\n\ngo 1.26\n",
		"other/other.go": "package other\n\nfunc Do(f func()) { go f() }\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	list, err := load.List(load.Config{Dir: dir, Facts: true}, "./...")
	if err != nil {
		b.Fatal(err)
	}
	pkgs, err := list.Load(list.Roots...)
	if err != nil || len(pkgs) != 1 {
		b.Fatalf("%d packages, error %v", len(pkgs), err)
	}
	b.ResetTimer()
	for range b.N {
		files := pkgs[0].Find()
		if len(files) != 1 || len(files[0].Sites) < n {
			b.Fatalf("%d files, of which the first has %d sites; want 1, and a site for each of %d functions", len(files), len(files[0].Sites), n)
		}
		files[0].Apply()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/func")
}
