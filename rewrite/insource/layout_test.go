package insource

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Of a file that gofmt would change only what is patched changes: its other lines
// are the same to the byte, in order, whatever they end in, and its byte order mark
// stays. A file as gofmt writes it remains one.
func TestLayout(t *testing.T) {
	const text = `package main

import (
	"fmt"
	"time"
)

type pair struct {
	a  int // first
	bb string
}

func other(c chan int) {
	x := pair{1, "two"}
	fmt.Println(x)
}

func main() {
	c := make(chan int, 1)
	other(c)
	time.Sleep(time.Millisecond) // wait
	go func(n int) { c <- n }(1)
	select {
	case n := <-c: // one
		fmt.Println(n)
	}
}
`
	for _, test := range []struct {
		name  string
		spoil func(string) string
	}{
		{"gofmt", func(s string) string { return s }},
		{"bom", func(s string) string { return "\ufeff" + s }},
		{"crlf", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{"bom and crlf", func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") }},
		{"some crlf", func(s string) string { return strings.Replace(s, "main() {\n", "main() {\r\n", 1) }},
		{"bom and spaces", func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\t", "    ") }},
		{"crlf and spaces", func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "\t", "  "), "\n", "\r\n")
		}},
		{"alignment", func(s string) string { return strings.Replace(s, "a  int // first", "a int  // first", 1) }},
		{"trailing blanks", func(s string) string { return strings.Replace(s, "fmt.Println(x)", "fmt.Println(x) \t", 1) }},
		{"blank lines", func(s string) string { return strings.Replace(s, "\nfunc main", "\n\n\nfunc main", 1) }},
		{"no newline at the end", func(s string) string { return strings.TrimSuffix(s, "\n") }},
		{"semicolons", func(s string) string { return strings.Replace(s, "other(c)\n", "other(c);\n", 1) }},
		{"one line", func(s string) string {
			return strings.Replace(s, "{\n\tx := pair{1, \"two\"}\n\tfmt.Println(x)\n}", "{ x := pair{1,\"two\"}; fmt.Println( x ) }", 1)
		}},
		{"imports", func(s string) string {
			return strings.Replace(s, "\t\"fmt\"\n\t\"time\"\n", "\t\"time\"\n\t\"fmt\"\n", 1)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := test.spoil(text)
			if before == text && test.name != "gofmt" {
				t.Fatal("not spoilt")
			}
			for _, twins := range []bool{false, true} {
				dir := module(t, map[string]string{"main.go": before})
				name := filepath.Join(dir, "main.go")
				if twins {
					run(t, exitOK, generateCommand, "-C", dir)
					name = filepath.Join(dir, "main_green.go")
				} else {
					run(t, exitOK, rewriteCommand, "-w", "-C", dir)
				}
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				after := string(data)
				if !strings.Contains(after, "green.Sleep(") || !strings.Contains(after, "green.Select(") {
					t.Errorf("not patched:\n%s", after)
				}
				if strings.HasPrefix(before, "\ufeff") != strings.HasPrefix(after, "\ufeff") && !twins {
					t.Error("the byte order mark is not what it was")
				}
				old, now := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
				old[0] = strings.TrimPrefix(old[0], "\ufeff")
				now[0] = strings.TrimPrefix(now[0], "\ufeff")
				changed := []string{"time.Sleep", "go func", "select {", "case n", "func main"}
				for _, line := range old {
					if slices.ContainsFunc(changed, func(s string) bool { return strings.Contains(line, s) }) {
						continue
					}
					i := slices.Index(now, line)
					if i < 0 {
						t.Fatalf("line %q is gone or changed:\n%q", line, after)
					}
					now = now[i+1:]
				}
				if test.name == "gofmt" && !twins {
					if want, err := format.Source(data); err != nil || !bytes.Equal(want, data) {
						t.Errorf("gofmt would change the result: %v\n%s", err, data)
					}
				}
			}
		})
	}
}
