// Catalog computes which exported functions and methods of the standard library
// may block, from the code of the Go release at hand: by themselves, and only if a
// value of their caller does. It compares that with the ground truth, from which
// the coverage table is made (std.tsv and std-caller.tsv of the release in rewrite/rules/data). make
// std-catalog runs it; README.md here says how it works and where it ends.
//
//	catalog [-update]
//
// It also computes which functions a kill may pass by (killed.go), each of which must
// have a verdict in killed.tsv.
//
// It prints the rows in which the two differ and exits with 1 if there are any.
// With -update it writes the ground truth of this release instead.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// A table is a part of the ground truth, below the root of the repository.
type table struct {
	name, header string
	rows         []row // as computed
}

// release is the folder of the release at hand, or of the newest if that has none, with the ground truth, the verdicts of
// killed.tsv and the differences that are explained (differences.tsv).
var release = filepath.Join("rewrite/rules/data", rules.Nearest(runtime.Version()))

func main() {
	update := flag.Bool("update", false, "write the ground truth")
	list := flag.Bool("list", false, "print what was computed, and no comparison")
	flag.Parse()
	if flag.NArg() > 0 {
		fail("catalog takes no arguments")
	}
	waiting, callers, undoes, err := compute("", "std")
	if err != nil {
		fail("%v", err)
	}
	differences, err := os.ReadFile(filepath.Join(release, "differences.tsv"))
	if err != nil {
		fail("%v: run it at the root of the repository", err)
	}
	known, err := parseDifferences(string(differences))
	if err != nil {
		fail("%v", err)
	}
	differs := 0
	for _, t := range []table{
		{filepath.Join(release, "std.tsv"), "package\tsymbol\tkinds\twitness", waiting},
		{filepath.Join(release, "std-caller.tsv"), "package\tsymbol\tneeds", callers},
	} {
		if *list {
			for _, r := range t.rows {
				fmt.Println(r)
			}
			continue
		}
		data, err := os.ReadFile(t.name)
		if err != nil {
			fail("%v: run it at the root of the repository", err)
		}
		truth := parse(string(data))
		lines := compare(t.rows, truth, known)
		for _, line := range lines {
			fmt.Println(line)
		}
		fmt.Printf("%s: %d functions in %s, %d computed; %d differences\n", runtime.Version(), len(truth), filepath.Base(t.name), len(t.rows), len(lines))
		differs += len(lines)
		if *update {
			if err := os.WriteFile(t.name, []byte(t.header+"\n"+merge(t.rows, truth, known)), 0o644); err != nil {
				fail("%v", err)
			}
		}
	}
	if *list {
		for _, k := range undoes {
			fmt.Println(k.key() + "\t" + k.wait)
		}
		return
	}
	for _, line := range known.unused() {
		fmt.Println(line)
		differs++
	}
	differs += judge(undoes, *update)
	fmt.Printf("%d more are explained in differences.tsv\n", len(known))
	if differs > 0 && !*update {
		os.Exit(1)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "catalog: "+format+"\n", args...)
	os.Exit(2)
}

// A row is a function and its waits, "kind: witness" by kind. If only a value of the
// caller can make it wait, the kinds are the calls of such values, and there is no
// witness.
type row struct {
	pkg, symbol string
	kinds       []string
	witness     map[string]string
	line        string // as it was read; "" if the row was computed
}

func (r row) name() string { return r.pkg + "." + r.symbol }

// String is the row's line in the ground truth.
func (r row) String() string {
	if r.line != "" {
		return r.line
	}
	line := r.pkg + "\t" + r.symbol + "\t" + strings.Join(r.kinds, ",")
	if r.witness == nil {
		return line
	}
	var w []string
	for _, k := range r.kinds {
		w = append(w, k+": "+r.witness[k])
	}
	return line + "\t" + strings.Join(w, " ; ")
}

func parse(data string) []row {
	var rows []row
	for line := range strings.Lines(data) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) < 3 || f[0] == "package" {
			continue
		}
		r := row{f[0], f[1], strings.Split(f[2], ","), nil, strings.TrimSuffix(line, "\n")}
		if len(f) == 3 {
			rows = append(rows, r)
			continue
		}
		r.witness = map[string]string{}
		for w := range strings.SplitSeq(f[3], " ; ") {
			kind, chain, _ := strings.Cut(w, ": ")
			r.witness[kind] = chain
		}
		rows = append(rows, r)
	}
	return rows
}

// explained are the lines of differences.tsv: a symbol; what differs ("+" the row is
// in the ground truth only, "-" only computed, or a kind with such a sign); why.
type explained []*explanation

type explanation struct {
	symbol, what, why string
	used              bool
}

func parseDifferences(data string) (explained, error) {
	var list explained
	for line := range strings.Lines(data) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || f[2] == "" {
			return nil, fmt.Errorf("differences.tsv: %q is not symbol, difference, reason", line)
		}
		list = append(list, &explanation{symbol: f[0], what: f[1], why: f[2]})
	}
	return list, nil
}

func (e explained) match(name, what string) bool {
	for _, x := range e {
		if x.symbol == name && x.what == what {
			x.used = true
			return true
		}
	}
	return false
}

// has reports whether the row is in the ground truth though it is not computed.
func (e explained) has(r row) bool { return e.match(r.name(), "+") }

// compare returns a line for each row that differs without an explanation.
func compare(rows, truth []row, known explained) []string {
	have := map[string]row{}
	for _, r := range rows {
		have[r.name()] = r
	}
	var differ []string
	seen := map[string]bool{}
	for _, t := range truth {
		seen[t.name()] = true
		r, ok := have[t.name()]
		if !ok {
			if !known.has(t) {
				differ = append(differ, "- "+t.name()+"\t"+strings.Join(t.kinds, ",")+"\tin the ground truth only")
			}
			continue
		}
		for _, k := range t.kinds {
			if !slices.Contains(r.kinds, k) && !known.match(t.name(), "+"+k) {
				differ = append(differ, "- "+t.name()+"\t"+k+"\tin the ground truth only")
			}
		}
		for _, k := range r.kinds {
			if !slices.Contains(t.kinds, k) && !known.match(t.name(), "-"+k) {
				differ = append(differ, "+ "+t.name()+"\t"+k+"\tcomputed only "+r.witness[k])
			}
		}
	}
	for _, r := range rows {
		if !seen[r.name()] && !known.match(r.name(), "-") {
			differ = append(differ, "+ "+r.String())
		}
	}
	return differ
}

// unused returns a line for each explanation of nothing.
func (e explained) unused() []string {
	var lines []string
	for _, x := range e {
		if !x.used {
			lines = append(lines, "! differences.tsv: "+x.symbol+"\t"+x.what+"\texplains nothing any more")
		}
	}
	return lines
}

// merge makes the ground truth of this release: what is computed, and the rows
// and kinds of the old that are explained.
func merge(rows, truth []row, known explained) string {
	old := map[string]row{}
	for _, t := range truth {
		old[t.name()] = t
	}
	var out []row
	for _, r := range rows {
		if known.match(r.name(), "-") {
			continue
		}
		r.kinds = slices.DeleteFunc(r.kinds, func(k string) bool { return known.match(r.name(), "-"+k) })
		t, ok := old[r.name()]
		delete(old, r.name())
		if ok {
			for _, k := range t.kinds {
				if !slices.Contains(r.kinds, k) && known.match(r.name(), "+"+k) {
					r.kinds = append(r.kinds, k)
					r.witness[k] = t.witness[k]
				}
			}
		}
		if ok && sameKinds(r, t) {
			r = t // its witnesses are as good
		}
		out = append(out, r)
	}
	for _, t := range truth {
		if _, left := old[t.name()]; left && known.has(t) {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b row) int { return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.symbol, b.symbol)) })
	var b strings.Builder
	for _, r := range out {
		fmt.Fprintln(&b, r)
	}
	return b.String()
}

func sameKinds(a, b row) bool {
	return slices.Equal(slices.Sorted(slices.Values(a.kinds)), slices.Sorted(slices.Values(b.kinds)))
}

// compute loads packages, those of the standard library but for tests, and finds
// what blocks in them: by itself, and only if a value of its caller does. dir is
// where the go command runs, "" for here.
func compute(dir, pattern string) (waiting, callers []row, undoes []killed, err error) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: dir}, pattern)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			return nil, nil, nil, fmt.Errorf("%s: %w", p.PkgPath, e)
		}
	}
	prog, _ := ssautil.AllPackages(pkgs, ssa.InstantiateGenerics)
	prog.Build()
	readSyscalls(pkgs)
	symbols := symbols(prog, pkgs)
	g := newGraph(prog, pkgs, symbols)
	g.propagate()
	waiting = g.rows(symbols)
	return waiting, g.callers(symbols, waiting), g.killed(), nil
}
