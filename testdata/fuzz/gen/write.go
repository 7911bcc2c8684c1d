package gen

import (
	"cmp"
	_ "embed"
	"fmt"
	"go/format"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// NativePath is the module with the goroutines that stay native in source.
const NativePath = "example.org/native"

var (
	//go:embed help/help.go
	help string
	//go:embed native/native.go
	native string
)

// Native returns the source of the package of NativePath.
func Native() string { return native }

// Help returns what all programs of a package call, as a file of it.
func Help(pkg string) string { return strings.Replace(help, "package help", "package "+pkg, 1) }

// File writes the program as a file of a package: its names have a prefix, and entry runs it. The
// package needs Help as well.
func (p *Program) File(pkg, prefix, entry string) (string, error) {
	w := &writer{prefix: prefix}
	var functions []string
	for _, n := range p.Nodes {
		functions = append(functions, w.function(n))
	}
	fmt.Fprintf(&w.file, "\nfunc %s() {\n", entry)
	for i, name := range functions {
		fmt.Fprintf(&w.file, "\tfmt.Println(%q, %s(%d))\n", name, name, i+1)
	}
	w.body(p.End, ends)
	w.file.WriteString("}\n")

	text := w.decls + w.file.String()
	if p.End.Kind == "stuck" || p.End.Kind == "mainexit" {
		// Go sees no deadlock as long as a timer is in a heap, stopped or not (runtime.checkdead).
		text = strings.ReplaceAll(text, "time.Hour", "3*time.Second")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n", pkg)
	alias := names[p.Names%len(names)]
	used := map[string]bool{}
	text = qualified.ReplaceAllStringFunc(text, func(s string) string {
		m := qualified.FindStringSubmatch(s)
		used[m[2]] = true
		return m[1] + cmp.Or(alias[m[2]], m[2]) + m[3]
	})
	for _, path := range importPaths {
		if name := path[strings.LastIndexByte(path, '/')+1:]; used[name] {
			fmt.Fprintf(&b, "\t%s %q\n", alias[name], path)
		}
	}
	b.WriteString(")\n" + text)
	out, err := format.Source([]byte(b.String()))
	if err != nil {
		return "", fmt.Errorf("seed %d: %w\n%s", p.Seed, err, b.String())
	}
	return string(out), nil
}

// importPaths are what nodes may name.
var importPaths = []string{
	"bufio", "context", "encoding/json", "errors", "fmt", "io", "iter", "log", "net", "os", "reflect", "runtime", "slices", "sort", "strings", "sync",
	"sync/atomic", "time", NativePath,
}

// qualified is something of a package.
var qualified = regexp.MustCompile(`(^|[^\w.])([a-z]\w*)(\.[A-Z])`)

// names are what the file calls packages that it imports, if not by their own name: among others as
// what the patch imports.
var names = []map[string]string{
	nil,
	{"sync": "locks", "time": "clock", "context": "ctxs"},
	{"sync": "green", "runtime": "patched", "iter": "_0"},
	{"time": "green", "context": "sync", "sync": "time"},
}

// A writer writes the functions of a program. While it writes one, node is its node, and drawn how
// many of the draws are taken.
type writer struct {
	prefix string
	file   strings.Builder
	decls  string // types and functions that nodes declare
	count  int    // of names

	node  *Node
	taken int
	kids  []string // their functions
}

// function writes the function of a node, behind those of its kids, and returns its name.
func (w *writer) function(n *Node) string {
	var kids []string
	for _, k := range n.Kids {
		kids = append(kids, w.function(k))
	}
	w.count++
	name := w.prefix + n.Kind + strconv.Itoa(w.count)
	fmt.Fprintf(&w.file, "\nfunc %s(x int) int {\n", name)
	w.kids = kids
	w.body(n, kinds)
	w.file.WriteString("}\n")
	return name
}

func (w *writer) body(n *Node, of []kind) {
	i := slices.IndexFunc(of, func(k kind) bool { return k.name == n.Kind })
	w.node, w.taken = n, 0
	of[i].write(w)
}

// draw takes the next draw, a number below n.
func (w *writer) draw(n int) int {
	d := 0
	if w.taken < len(w.node.Draws) {
		d = w.node.Draws[w.taken]
	}
	w.taken++
	return d % n
}

// pick takes one of several forms, of which the first is the plainest.
func (w *writer) pick(forms ...string) string { return forms[w.draw(len(forms))] }

// name returns a name that nothing else in the program has.
func (w *writer) name(of string) string {
	w.count++
	return of + strconv.Itoa(w.count)
}

// code writes text to the function, with what $name stands for.
func (w *writer) code(text string, pairs ...any) { w.file.WriteString(w.expand(text, pairs...)) }

// expand replaces $name by what is behind it in pairs, or:
//
//	$a, $b    what calls the first kid, the second
//	$cap      the capacity of a channel
//	$nap;     what lets others run, or nothing
func (w *writer) expand(text string, pairs ...any) string {
	return os.Expand(text, func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return fmt.Sprint(pairs[i+1])
			}
		}
		switch name {
		case "a":
			return w.kid(0)
		case "b":
			return w.kid(1)
		case "cap":
			return strconv.Itoa(w.draw(4))
		case "nap":
			return w.pick("", "runtime.Gosched()", "time.Sleep(time.Microsecond)", "time.Sleep(0)", "<-time.After(10*time.Microsecond)")
		}
		panic("gen: nothing is named $" + name + " in\n" + text)
	})
}

// kid returns an expression that can be called with an int: a kid in some form.
func (w *writer) kid(i int) string {
	if i >= len(w.kids) {
		w.taken++ // the draws behind it mean the same whether there is a kid or not
		return "leaf"
	}
	k := w.kids[i]
	return w.pick(k, "(func(v int) int { return "+k+"(v) })", "same("+k+")", "fun("+k+").call", "caller(fun("+k+")).call", "(*box[int])(nil).through("+k+")")
}
