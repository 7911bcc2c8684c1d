package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/testdata/internal/modules"
)

// A moduleSet is a file that says what the tests of third-party modules do in some schedules
// each. A line is
//
//	module	PATH	VERSION	[VERSION of the tests, if they are of another one]
//	ran	TESTS	SCHEDULES
//	failed	TEST	SCHEDULES	VERDICT	CLASS	why
//	differs	TEST	why
//	unrun	why, in place of the others
//	replay	FILE below testdata/sim/modules
//	with	FLAGS
//
// with tabs between. Lines behind with are of the same module, whose tests run once more, with
// these flags of greenify test: a module of which none fails there passes whole (func whole). What ran and what failed is of the module above, and must be so again:
// a schedule is the same everywhere. Each failure has been looked at, and has a class. A test
// differs if one of its schedules is not the same in two processes: how often it fails is not
// compared. A module that is unrun is run by -update only.
type moduleSet struct {
	file      string
	schedules int
	twice     bool // -check-determinism
}

// moduleSets are those of the files, by their names in -sets. The corpus is what make corpus runs:
// its packages are in corpusModules.
var moduleSets = map[string]moduleSet{
	"modules": {"testdata/sim/modules.txt", 100, false},
	"corpus":  {"testdata/sim/corpus.txt", 5, true},
}

const corpusModules = "testdata/std/modules.tsv"

// classes are why a test may fail under -sim.
var classes = map[string]string{
	"bug":   "a bug of the module",
	"test":  "the test has the race: it fails wherever the threads come so",
	"time":  "the test takes it for certain that a thread is faster than a timer",
	"leak":  "the test ends, and nobody ends what it has started: in plain Go, too",
	"twice": "the test fails whenever it runs for a second time in a process",
	"sees":  "the test sees what runs it: stacks",
	"long":  "the test has more to do than the most steps that a schedule may take",
	"real":  "the test needs what is outside of the process: its network, other processes",
	"ours":  "the simulation does not have it",
}

// A moduleRun is a module, and what its tests did.
type moduleRun struct {
	modules.Module
	tests            string // their version, if it is another one
	with             string // flags: it is the module before, once more
	failed           []moduleFailure
	differs          []moduleDiffers
	unrun            string
	replays          []string
	names, schedules int
}

type moduleFailure struct {
	test       string
	schedules  int
	verdict    string
	class, why string
}

type moduleDiffers struct{ test, why string }

func (m *moduleRun) String() string {
	return strings.TrimSpace(m.Path + "@" + m.Version + " " + m.with)
}

func (f moduleFailure) key() string { return f.test + "\t" + f.verdict }

// modules runs the modules of the file whose path matches.
func (r *runner) modules(set moduleSet, only *regexp.Regexp) error {
	text, err := os.ReadFile(set.file)
	if err != nil {
		return err
	}
	if r.update {
		classes["?"] = "new, and to be looked at"
	}
	list, err := readRuns(string(text))
	if err != nil {
		return fmt.Errorf("%s:%w", set.file, err)
	}
	if set.twice {
		if err := ofCorpus(list); err != nil {
			return fmt.Errorf("%s: %w", set.file, err)
		}
	}
	var errs []error
	for i, m := range list {
		if !only.MatchString(m.Path + "@" + m.Version) {
			continue
		}
		if m.unrun != "" && !r.update {
			fmt.Printf("%s: not run: %s\n", &m, m.unrun)
			continue
		}
		got, err := r.module(set, m)
		if err != nil {
			return fmt.Errorf("%s: %w", &m, err)
		}
		fmt.Printf("%s: tests: %d, schedules: %d, that fail: %d, that differ: %d\n", &m, got.names, got.schedules, len(got.failed), len(got.differs))
		if r.update {
			for j, f := range got.failed {
				if k := slices.IndexFunc(m.failed, func(old moduleFailure) bool { return old.key() == f.key() }); k >= 0 {
					got.failed[j].class, got.failed[j].why = m.failed[k].class, m.failed[k].why
				}
			}
			for j, d := range got.differs {
				if k := slices.IndexFunc(m.differs, func(old moduleDiffers) bool { return old.test == d.test }); k >= 0 {
					got.differs[j].why = m.differs[k].why
				}
			}
			list[i] = got
		}
		errs = append(errs, m.compare(got)...)
	}
	if r.update {
		var b strings.Builder
		for l := range strings.Lines(string(text)) { // the comment above all
			if !strings.HasPrefix(l, "#") {
				break
			}
			b.WriteString(l)
		}
		for _, m := range list {
			m.write(&b)
		}
		return os.WriteFile(set.file, []byte(b.String()), 0o666)
	}
	return errors.Join(errs...)
}

// ofCorpus returns an error if the list is not the beginning of the corpus, and says which packages
// to test. The modules behind it are only run patched and plain, without a schedule.
func ofCorpus(list []moduleRun) error {
	corpus, err := modules.Read(corpusModules)
	if err != nil {
		return err
	}
	n := 0
	for i := range list {
		m := &list[i]
		if m.with == "" {
			n++
		}
		if n == 0 || n > len(corpus) {
			return fmt.Errorf("%s@%s is not in %s", m.Path, m.Version, corpusModules)
		}
		if c := corpus[n-1]; m.Path != c.Path || m.Version != c.Version {
			return fmt.Errorf("%s@%s is not %s@%s, as in %s", m.Path, m.Version, c.Path, c.Version, corpusModules)
		}
		m.Packages = corpus[n-1].Packages
	}
	return nil
}

// whole returns the paths of the modules of which no test fails, with flags or without, and of those
// of which also none differs.
func whole(list []moduleRun) (pass, same []string) {
	add := func(paths []string, path string) []string {
		if slices.Contains(paths, path) {
			return paths
		}
		return append(paths, path)
	}
	for _, m := range list {
		if m.unrun == "" && len(m.failed) == 0 {
			if pass = add(pass, m.Path); len(m.differs) == 0 {
				same = add(same, m.Path)
			}
		}
	}
	return pass, same
}

// readRuns reads the file.
func readRuns(text string) (list []moduleRun, err error) {
	n := 0
	for l := range strings.Lines(text) {
		n++
		l = strings.TrimSuffix(l, "\n")
		if l == "" || l[0] == '#' {
			continue
		}
		f := strings.Split(l, "\t")
		if f[0] == "module" && (len(f) == 3 || len(f) == 4) {
			m := moduleRun{Module: modules.Module{Path: f[1], Version: f[2], Packages: []string{"./..."}}}
			if len(f) == 4 {
				m.tests = f[3]
			}
			list = append(list, m)
			continue
		}
		if len(list) == 0 {
			return nil, fmt.Errorf("%d: %q is of no module", n, l)
		}
		m := &list[len(list)-1]
		switch {
		case f[0] == "ran" && len(f) == 3:
			m.names, err = strconv.Atoi(f[1])
			if err == nil {
				m.schedules, err = strconv.Atoi(f[2])
			}
		case f[0] == "failed" && len(f) == 6:
			x := moduleFailure{test: f[1], verdict: f[3], class: f[4], why: f[5]}
			x.schedules, err = strconv.Atoi(f[2])
			if classes[x.class] == "" || x.why == "" {
				err = fmt.Errorf("the class is %q, and why %q", x.class, x.why)
			}
			m.failed = append(m.failed, x)
		case f[0] == "differs" && len(f) == 3:
			if f[2] == "" {
				err = errors.New("it does not say why")
			}
			m.differs = append(m.differs, moduleDiffers{f[1], f[2]})
		case f[0] == "unrun" && len(f) == 2 && f[1] != "":
			m.unrun = f[1]
		case f[0] == "with" && len(f) == 2 && f[1] != "":
			list = append(list, moduleRun{Module: m.Module, tests: m.tests, with: f[1]})
		case f[0] == "replay" && len(f) == 2:
			m.replays = append(m.replays, f[1])
		default:
			err = errors.New("no line of this file")
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %q: %w", n, l, err)
		}
	}
	return list, nil
}

func (m *moduleRun) write(b *strings.Builder) {
	if m.with != "" {
		fmt.Fprintf(b, "with\t%s", m.with)
	} else {
		fmt.Fprintf(b, "\nmodule\t%s\t%s", m.Path, m.Version)
		if m.tests != "" {
			fmt.Fprintf(b, "\t%s", m.tests)
		}
	}
	if m.unrun != "" {
		fmt.Fprintf(b, "\nunrun\t%s\n", m.unrun)
		return
	}
	fmt.Fprintf(b, "\nran\t%d\t%d\n", m.names, m.schedules)
	for _, f := range m.failed {
		fmt.Fprintf(b, "failed\t%s\t%d\t%s\t%s\t%s\n", f.test, f.schedules, f.verdict, f.class, f.why)
	}
	for _, d := range m.differs {
		fmt.Fprintf(b, "differs\t%s\t%s\n", d.test, d.why)
	}
	for _, name := range m.replays {
		fmt.Fprintf(b, "replay\t%s\n", name)
	}
}

// module runs the tests of a module, and the schedules that are kept of its bugs.
func (r *runner) module(set moduleSet, m moduleRun) (got moduleRun, err error) {
	dir, err := os.MkdirTemp("", "greenify-sim-")
	if err != nil {
		return got, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	if err := m.Copy(ctx, filepath.Join(dir, "module")); err != nil {
		return got, err
	}
	if m.tests != "" {
		of := m.Module
		of.Version = m.tests
		if err := of.Copy(ctx, filepath.Join(dir, "tests")); err != nil {
			return got, err
		}
		if err := copyTests(filepath.Join(dir, "module"), filepath.Join(dir, "tests")); err != nil {
			return got, err
		}
	}
	if _, err := m.Tested(ctx, filepath.Join(dir, "module")); err != nil {
		return got, err
	}
	results := filepath.Join(dir, "results.jsonl")
	args := []string{"test", "-sim", "-vet=off", "-keep-going", "-confirm=false", "-timeout=1h", fmt.Sprint("-schedules=", set.schedules),
		"-replays", filepath.Join(dir, "replays"), "-results", results, fmt.Sprint("-check-determinism=", set.twice)}
	args = slices.Concat(args, strings.Fields(m.with), m.Packages)
	out, _, err := r.run(filepath.Join(dir, "module"), args...)
	if err != nil {
		return got, err
	}
	text, err := os.ReadFile(results)
	if err != nil {
		return got, fmt.Errorf("%w\n%s", err, out)
	}
	lines, err := explore.Read(results, text)
	if err != nil {
		return got, err
	}
	got = moduleRun{Module: m.Module, tests: m.tests, with: m.with, replays: m.replays}
	got.count(lines)
	got.compares(string(out))
	for _, name := range m.replays {
		file, err := filepath.Abs(filepath.Join("testdata/sim/modules", name))
		if err != nil {
			return got, err
		}
		out, code, err := r.run(filepath.Join(dir, "module"), "replay", "-lenient", file)
		if err != nil {
			return got, err
		}
		if code != 1 {
			return got, fmt.Errorf("%s does not fail any more: exit code %d\n%s", name, code, out)
		}
	}
	return got, nil
}

// run runs greenify in a folder.
func (r *runner) run(dir string, args ...string) (out []byte, code int, err error) {
	cmd := exec.Command(r.greenify, args...)
	cmd.Dir = dir
	out, err = cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return out, exit.ExitCode(), nil
	}
	return out, 0, err
}

// copyTests replaces the tests below a folder by those below another one.
func copyTests(to, from string) error {
	for _, dir := range []string{to, from} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			if dir == to {
				return os.Remove(path)
			}
			name, err := filepath.Rel(from, path)
			if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, name), text, 0o666)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// name is what a test is called: by its package, below the module, and itself.
func (m *moduleRun) name(pkg, test string) string {
	if rest := strings.TrimPrefix(strings.TrimPrefix(pkg, m.Path), "/"); rest != "" {
		return rest + "." + test
	}
	return test
}

// Of what -check-determinism prints: a test that differs, and the package of those before.
var (
	differsLine = regexp.MustCompile(`^greenify: (\S+), schedule \d+ \(\w+\) is not the same in two processes: `)
	packageLine = regexp.MustCompile(`^(?:FAIL|ok  )\t(\S+)`)
)

// compares takes which tests differ from what was printed.
func (m *moduleRun) compares(out string) {
	var tests []string
	for l := range strings.Lines(out) {
		if f := differsLine.FindStringSubmatch(l); f != nil {
			tests = append(tests, f[1])
		} else if f := packageLine.FindStringSubmatch(l); f != nil {
			for _, test := range tests {
				m.differs = append(m.differs, moduleDiffers{m.name(f[1], test), "?"})
			}
			tests = nil
		}
	}
	slices.SortFunc(m.differs, func(a, b moduleDiffers) int { return cmp.Compare(a.test, b.test) })
}

var numbers = regexp.MustCompile(`(\bwithin )?\b(a|\d+) (threads?|steps)\b`)

// count counts what is in the lines of results. How many threads or steps is no matter.
func (m *moduleRun) count(lines []explore.Result) {
	tests := map[string]bool{}
	n := map[string]*moduleFailure{}
	for _, l := range lines {
		m.schedules++
		name := m.name(l.Package, l.Test)
		tests[name] = true
		if l.Verdict == "ok" {
			continue
		}
		f := moduleFailure{test: name, verdict: strings.TrimSpace(numbers.ReplaceAllString(l.Verdict, "${3}"))}
		f.verdict = strings.Replace(strings.Replace(f.verdict, "left thread ", "left threads ", 1), "did not end steps", "did not end", 1)
		if n[f.key()] == nil {
			n[f.key()] = &f
		}
		n[f.key()].schedules++
	}
	m.names = len(tests)
	for _, f := range n {
		f.class, f.why = "?", "?"
		m.failed = append(m.failed, *f)
	}
	slices.SortFunc(m.failed, func(a, b moduleFailure) int { return cmp.Compare(a.key(), b.key()) })
}

// compare says what is not as the file has it.
func (m *moduleRun) compare(got moduleRun) (errs []error) {
	say := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: "+format+": look at it, and have -update write it", append([]any{m}, args...)...))
	}
	if got.names != m.names || got.schedules != m.schedules {
		say("%d tests ran in %d schedules, not %d in %d", got.names, got.schedules, m.names, m.schedules)
	}
	differs := map[string]bool{}
	for _, d := range m.differs {
		differs[d.test] = true
	}
	for _, d := range got.differs {
		if !differs[d.test] {
			say("%s is not the same in two processes", d.test)
		}
	}
	known := map[string]int{}
	for _, f := range m.failed {
		known[f.key()] = f.schedules
	}
	for _, f := range got.failed {
		if n := known[f.key()]; n != f.schedules && !differs[f.test] {
			say("%s: %s in %d schedules, not in %d", f.test, f.verdict, f.schedules, n)
		}
		delete(known, f.key())
	}
	for key := range known {
		test, verdict, _ := strings.Cut(key, "\t")
		if differs[test] {
			continue
		}
		say("%s: no more: %s", test, verdict)
	}
	return errs
}
