// Command sim shows what greenify test -sim finds, and that it reports nothing else:
//
//	go run ./testdata/sim [-greenify FILE] [-sets LIST] [-run REGEXP] [-searches N] [-strategies LIST] [-update]
//
// There are four sets of tests: the 63 kernels of real bugs in Go's own tests of the
// goroutine leak profile (goker.go), programs of the kinds of SCTBench (programs), those
// that -feedback is for (deep), and
// corrected versions of kernels (corrected). For each test of the first three and each
// strategy it prints how many schedules it takes to find the bug, the median of searches
// under names of their own, from which the seeds are derived. The corrected ones run in
// -schedules each, and may have no report. Two more sets are of the kernels, too: shrink has the first
// schedule that fails of each made smaller and replayed (shrink.go), alone runs 200 that failed
// among others again, each in a process of its own.
//
// Another set, which is run if it is asked for, is the tests of third-party modules
// (modules.go), with what they do in 100 schedules each, in modules.txt. One more is those of the
// modules of testdata/std/modules.tsv, with -check-determinism, in corpus.txt.
//
// What takes too many schedules of the default, or is not found (never, in 1,000 schedules), is
// an error, as is a figure that is not the one in goker.txt or programs.txt: a schedule is
// the same everywhere. -update writes these files, of strategies that are not
// run as they were:
//
//	go run ./testdata/sim -sets shrink -shrink . -update
//	go run ./testdata/sim -sets programs,goker -strategies portfolio,feedback,random,rpb,pct,pos,delay,surw -update
//
// -speed measures instead how many schedules of some tests run in a second, and -update writes
// speed.txt:
//
//	go run ./testdata/sim -speed -update
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// most is how many schedules a search has.
const most = 1000

func main() {
	var r runner
	flag.StringVar(&r.greenify, "greenify", "greenify", "the command to run")
	flag.IntVar(&r.searches, "searches", 11, "searches of each test; the files have medians of 11")
	flag.IntVar(&r.schedules, "schedules", 200, "schedules of each corrected kernel")
	sets := flag.String("sets", "goker,programs,deep,corrected,shrink,alone", "sets to run")
	strategies := flag.String("strategies", "portfolio", "strategies to compare")
	run := flag.String("run", ".", "tests to run, all by default")
	flag.BoolVar(&r.update, "update", false, "write goker.txt and programs.txt, or speed.txt")
	speed := flag.Bool("speed", false, "measure how many schedules run in a second")
	flag.StringVar(&r.some, "shrink", "^(Cockroach1|Etcd)", "kernels of the set shrink; . for all takes minutes")
	flag.Parse()
	if *speed {
		if *run == "." {
			*run = speedTests
		}
		if err := r.speed(*run); err != nil {
			fmt.Fprintln(os.Stderr, "sim:", err)
			os.Exit(1)
		}
		return
	}
	r.strategies = strings.Split(*strategies, ",")
	for set := range strings.SplitSeq(*sets, ",") {
		if err := r.set(set, *run); err != nil {
			fmt.Fprintln(os.Stderr, "sim:", err)
			os.Exit(1)
		}
	}
}

type runner struct {
	greenify            string
	searches, schedules int
	strategies          []string
	some                string // of shrink
	update              bool
}

func (r *runner) set(set, run string) error {
	only, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	if modules, ok := moduleSets[set]; ok {
		return r.modules(modules, only)
	}
	dir, err := os.MkdirTemp("", "greenify-sim-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	names, err := r.write(set, dir)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !only.MatchString(name) })
	switch set {
	case "corrected":
		return r.corrected(dir, names)
	case "shrink":
		return r.shrink(dir, names)
	case "alone":
		return r.alone(dir, names)
	}
	strategies := r.strategies
	if set == "deep" {
		strategies = []string{"portfolio", feedback}
	}
	t := table{set: set, names: names, strategies: slices.Clone(strategies), medians: map[string][]int{}}
	if err := writeSearches(dir, set, names, r.searches); err != nil {
		return err
	}
	for _, strategy := range strategies {
		firsts, err := r.search(dir, strategy, names)
		if err != nil {
			return err
		}
		for _, name := range names {
			slices.Sort(firsts[name])
			t.medians[strategy] = append(t.medians[strategy], firsts[name][r.searches/2])
		}
	}
	if r.update {
		if err := t.keep(); err != nil {
			return err
		}
	}
	return t.show(r.update, run == ".")
}

// keep takes the columns of other strategies from the file, if it has all of the tests.
func (t *table) keep() error {
	known, head, err := readTable(t.path())
	if err != nil {
		return err
	}
	for _, strategy := range head {
		if !slices.Contains(allStrategies, strategy) || slices.Contains(t.strategies, strategy) {
			continue
		}
		for _, name := range t.names {
			n, err := strconv.Atoi(known[name][strategy])
			if err != nil {
				n = most + 1 // never
			}
			t.medians[strategy] = append(t.medians[strategy], n)
		}
		t.strategies = append(t.strategies, strategy)
	}
	slices.SortFunc(t.strategies, func(a, b string) int {
		return slices.Index(allStrategies, a) - slices.Index(allStrategies, b)
	})
	return nil
}

// allStrategies are those of the tables, in their order.
var allStrategies = strings.Fields("portfolio " + feedback + " random rpb pct pos delay surw")

// feedback is the portfolio with -feedback.
const feedback = "feedback"

// path is the file of the table.
func (t *table) path() string { return filepath.Join("testdata/sim", t.set+".txt") }

// write writes the tests of a set to a folder, and returns their names.
func (r *runner) write(set, dir string) ([]string, error) {
	switch set {
	case "goker", "shrink", "alone":
		return writeGoker(dir)
	case "programs", "corrected", "deep":
		return writeModule(dir, set)
	}
	return nil, fmt.Errorf("unknown set %q for -sets: use goker, programs, deep, corrected, modules, corpus, shrink, alone", set)
}

// searchName is the name of a search of a test.
func searchName(name string, search int) string { return fmt.Sprintf("Test%sSearch%d", name, search) }

// writeSearches gives each test as many names as there are searches.
func writeSearches(dir, pkg string, names []string, searches int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport \"testing\"\n", pkg)
	for _, name := range names {
		for i := range searches {
			fmt.Fprintf(&b, "\nfunc %s(t *testing.T) { Test%s(t) }\n", searchName(name, i+1), name)
		}
	}
	return os.WriteFile(filepath.Join(dir, "searches_test.go"), []byte(b.String()), 0o666)
}

// A line is one of -results.
type line struct {
	Test    string
	Seed    int
	Verdict string
	Steps   int
	Hash    string
}

// search returns which schedules find the bug of each test, one of each search; most+1
// if none does.
func (r *runner) search(dir, strategy string, names []string) (map[string][]int, error) {
	firsts := map[string][]int{}
	todo := map[string]string{} // searches, and whose they are
	for _, name := range names {
		for i := range r.searches {
			todo[searchName(name, i+1)] = name
		}
	}
	// A schedule that panics or does not end takes the process with it, and the searches that
	// would have followed.
	for len(todo) > 0 {
		flags := []string{"-strategy", strategy}
		if strategy == feedback {
			flags = []string{"-feedback"}
		}
		lines, out, err := r.test(dir, todo, append(flags, "-schedules", strconv.Itoa(most))...)
		if err != nil {
			return nil, err
		}
		before := len(todo)
		schedules := map[string]int{}
		for _, l := range lines {
			n := schedules[l.Test] + 1
			schedules[l.Test] = n
			found := l.Verdict != "ok"
			if name, ok := todo[l.Test]; ok && (found || n == most) {
				if !found {
					n++
				}
				firsts[name] = append(firsts[name], n)
				delete(todo, l.Test)
			}
		}
		if len(todo) == before {
			return nil, fmt.Errorf("%d searches did not run\n%s", before, out)
		}
	}
	return firsts, nil
}

var dies = regexp.MustCompile(`greenify: the program (\w+) in schedule (\d+) \(\w+\) of (\w+),`)

// test runs tests, and returns what became of their schedules.
func (r *runner) test(dir string, tests map[string]string, flags ...string) ([]line, []byte, error) {
	results := filepath.Join(dir, "results")
	if err := os.Remove(results); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	var names []string
	for name := range tests {
		names = append(names, name)
	}
	slices.Sort(names)
	args := append([]string{"test", "-sim", "-confirm=false", "-timeout=0", "-results", results, "-run", "^(" + strings.Join(names, "|") + ")$"}, flags...)
	cmd := exec.Command(r.greenify, append(args, ".")...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		return nil, nil, err
	}
	lines, err := readLines(results)
	if err != nil {
		return nil, nil, fmt.Errorf("%w\n%s", err, out)
	}
	if m := dies.FindSubmatch(out); m != nil {
		seed, _ := strconv.Atoi(string(m[2]))
		lines = append(lines, line{Test: string(m[3]), Seed: seed, Verdict: string(m[1])})
	}
	return lines, out, nil
}

func readLines(results string) (lines []line, err error) {
	f, err := os.Open(results)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var l line
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, sc.Err()
}

// corrected runs what has no bug.
func (r *runner) corrected(dir string, names []string) error {
	tests := map[string]string{}
	for _, name := range names {
		tests["Test"+name] = name
	}
	lines, out, err := r.test(dir, tests, "-schedules", strconv.Itoa(r.schedules))
	if err != nil {
		return err
	}
	reports := 0
	for _, l := range lines {
		if l.Verdict != "ok" {
			reports++
		}
	}
	if reports > 0 || len(lines) != len(names)*r.schedules {
		return fmt.Errorf("%s\n%d reports of corrected kernels in %d schedules, want none in %d", out, reports, len(lines), len(names)*r.schedules)
	}
	fmt.Printf("corrected kernels: %d, schedules of each: %d, reports: 0\n", len(names), r.schedules)
	return nil
}

// A table has medians by strategy, in the order of names; most+1 is not found.
type table struct {
	set        string
	names      []string
	strategies []string
	medians    map[string][]int
}

// limit is how many schedules of the default may be needed.
func limit(name string) int {
	if strings.HasPrefix(name, "Reorder") || strings.HasPrefix(name, "Twostage") {
		return 300
	}
	return most
}

// show prints the table, and compares it with the limits and the file.
func (t *table) show(update, whole bool) error {
	var rows [][]string
	row := append([]string{t.set}, t.strategies...)
	if t.set == "programs" {
		row = append(row, published[""]...)
	}
	rows = append(rows, row)
	var errs []error
	for i, name := range t.names {
		row := []string{name}
		for _, strategy := range t.strategies {
			n := t.medians[strategy][i]
			cell := strconv.Itoa(n)
			if n > most {
				cell = "never"
			}
			row = append(row, cell)
			if strategy == "portfolio" && t.set != "deep" && n > limit(name) && !cannotHappen[name] {
				errs = append(errs, fmt.Errorf("%s: %s, want at most %d schedules", name, cell, limit(name)))
			}
		}
		if t.set == "programs" {
			figures := published[name]
			if figures == nil {
				figures = []string{"-", "-", "-", "-"}
			}
			row = append(row, figures...)
		}
		rows = append(rows, row)
	}
	row = []string{"median"}
	for _, strategy := range t.strategies {
		list := slices.Sorted(slices.Values(t.medians[strategy]))
		n := list[len(list)/2]
		row = append(row, strconv.Itoa(n))
		if strategy == "portfolio" && t.set == "goker" && whole && n > 5 {
			errs = append(errs, fmt.Errorf("the median is %d, want at most 5", n))
		}
	}
	rows = append(rows, row)
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush()
	os.Stdout.Write(b.Bytes())
	path := t.path()
	if update {
		return errors.Join(append(errs, os.WriteFile(path, b.Bytes(), 0o666))...)
	}
	errs = append(errs, t.compare(path, rows[1:len(rows)-1]))
	return errors.Join(errs...)
}

// compare returns an error if a row is not that of the file.
func (t *table) compare(path string, rows [][]string) error {
	want, _, err := readTable(path)
	if err != nil {
		return err
	}
	var errs []error
	for _, row := range rows {
		for i, strategy := range t.strategies {
			if got, was := row[i+1], want[row[0]][strategy]; got != was {
				errs = append(errs, fmt.Errorf("%s by %s: %s, but %q in %s: -update writes it anew", row[0], strategy, got, was, path))
			}
		}
	}
	return errors.Join(errs...)
}

// readTable reads the cells of a file by name and column.
func readTable(path string) (cells map[string]map[string]string, head []string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	cells = map[string]map[string]string{}
	for l := range strings.Lines(string(data)) {
		row := strings.Fields(l)
		if head == nil {
			head = row
		}
		cells[row[0]] = map[string]string{}
		for i, cell := range row {
			cells[row[0]][head[i]] = cell
		}
	}
	return cells, head, nil
}
