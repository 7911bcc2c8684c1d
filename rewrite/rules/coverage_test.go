package rules

import (
	"bytes"
	"encoding/json"
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/greenify-go/greenify/runtime/code"
)

// groundTruth is what may block in the standard library; make std-catalog
// computes it.
func groundTruth(t *testing.T) []Blocking {
	data, err := os.ReadFile("testdata/std.tsv")
	if err != nil {
		t.Fatal(err)
	}
	list, err := ReadBlocking(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Everything that may block is classified, and the table is what the rules make
// of it now. go test -update (make readme) writes it.
func TestCoverage(t *testing.T) {
	truth := groundTruth(t)
	list, err := Cover(truth)
	if err != nil {
		t.Fatal(err)
	}
	table := writeCoverage(list)
	if *update {
		if err := os.WriteFile("coverage.tsv", []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		coverage = table
	}
	if coverage != table {
		t.Error("coverage.tsv is not what the rules say: run make readme")
	}
	if all := Totals()[len(Groups)]; all.Count != len(truth) {
		t.Errorf("%d functions classified, %d may block", all.Count, len(truth))
	}
	for _, c := range Coverage() {
		if !slices.Contains(Groups, c.Group) || !slices.Contains(Verdicts, c.Whole) || !slices.Contains(Verdicts, c.Source) || c.Why == "" || (c.Source == Short) != (c.Stays != "") {
			t.Errorf("incomplete: %+v", c)
		}
		if c.Whole == Blocks && code.Reasons[c.Symbol] != c.Why {
			t.Errorf("%s blocks: %s; but what is found in programs has the reason %q", c.Symbol, c.Why, code.Reasons[c.Symbol])
		}
	}
}

// No line of the data is idle, and the rules that they name exist.
func TestMeansAreUsed(t *testing.T) {
	leaves, disk := offloads(Leaves()), offloads(Disk())
	rules := map[string]bool{}
	for _, r := range Leaves() {
		rules[r.Symbol()] = true
	}
	used, offloaded := map[mean]bool{}, map[string]bool{}
	for _, b := range groundTruth(t) {
		for _, w := range b.Waits {
			if m, ok := treat(b.Symbol, w, leaves); ok {
				used[m] = true
				offloaded[m.rule] = true
			}
			if m, _ := treat(b.Symbol, w, disk); w.Kind == "disk" {
				offloaded[m.rule] = true
			}
		}
	}
	for _, m := range means {
		if !used[m] {
			t.Errorf("no function waits in %+v", m)
		}
		if m.rule != "" && !rules[m.rule] {
			t.Errorf("no leaf rule %s, which %+v names", m.rule, m)
		}
		if (m.verdict == Short || m.verdict == Blocks) == (m.why == "") {
			t.Errorf("%+v: short and blocks need a reason, the others a rule", m)
		}
	}
	maps.Copy(leaves, disk)
	for i, s := range stays {
		if !slices.ContainsFunc(Coverage(), func(c Covered) bool { return c.Stays == s.why }) {
			t.Errorf("line %d of stays is for no function: %+v", i, s)
		}
	}
	for _, rule := range leaves {
		if !offloaded[rule] && !fallbacks[rule] {
			t.Errorf("leaf rule %s offloads nothing that may block", rule)
		}
	}
}

// fallbacks are rules for what the shortest witness does not pass through.
var fallbacks = map[string]bool{
	"os.Process.blockUntilWaitable": true, // kernels without pidfd
	"internal/poll.CopyFileRange":   true, // io.Copy may read and write instead
	"internal/poll.splicePump":      true, // likewise
}

// What is not known is not passed over.
func TestCoverUnknown(t *testing.T) {
	_, err := Cover([]Blocking{{Symbol: "os.New", Waits: []Witness{{"tape", "-> os.rewind"}}}, {Symbol: "new/pkg.F", Waits: []Witness{{"tape", ""}}}})
	if err == nil || !strings.Contains(err.Error(), "os.New: tape") || !strings.Contains(err.Error(), "new/pkg.F (no group)") || !strings.Contains(err.Error(), "os.New (no rule in source)") {
		t.Errorf("error %v", err)
	}
}

// A leaf rule below a function turns it from short to offloaded, with no line of
// data.
func TestCoverFollowsRules(t *testing.T) {
	flock := Witness{"flock", "-> syscall.flock -> [flock(2)]"}
	if m, _ := treat("syscall.Flock", flock, nil); m.verdict != Short {
		t.Errorf("without a rule: %+v", m)
	}
	if m, _ := treat("syscall.Flock", flock, map[string]string{"syscall.flock": "syscall.flock"}); m.verdict != Offloaded {
		t.Errorf("with a rule: %+v", m)
	}
}

// Every function of the standard library that takes a reader or writer has a rule,
// or a reason to have none.
func TestStreamsHaveRules(t *testing.T) {
	without := map[string]string{
		"crypto":             "random numbers",
		"net/http/httptest.": "a request for a handler, in memory",
		"flag.":              "messages, on standard error",
	}
	calls := map[string]bool{}
	for _, c := range Calls() {
		calls[Plain(c.Symbol())] = true
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedExportFile | packages.NeedImports | packages.NeedDeps}, "std")
	if err != nil {
		t.Fatal(err)
	}
	n, used := 0, map[string]bool{}
	check := func(symbol string, sig *types.Signature) {
		takes := false
		for v := range sig.Params().Variables() {
			typ := v.Type()
			if s, ok := typ.(*types.Slice); ok {
				typ = s.Elem()
			}
			if named, ok := types.Unalias(typ).(*types.Named); ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "io" {
				takes = takes || named.Obj().Name() == "Reader" || named.Obj().Name() == "Writer"
			}
		}
		if !takes {
			return
		}
		if n++; calls[symbol] {
			return
		}
		for prefix := range without {
			if strings.HasPrefix(symbol, prefix) {
				used[prefix] = true
				return
			}
		}
		t.Errorf("%s takes a reader or writer and has no rule", symbol)
	}
	for _, p := range pkgs {
		if slices.Contains(strings.Split(p.PkgPath, "/"), "internal") || strings.HasPrefix(p.PkgPath, "vendor/") {
			continue
		}
		for _, name := range p.Types.Scope().Names() {
			switch obj := p.Types.Scope().Lookup(name).(type) {
			case *types.Func:
				if obj.Exported() {
					check(p.PkgPath+"."+name, obj.Signature())
				}
			case *types.TypeName:
				named, ok := obj.Type().(*types.Named)
				if !obj.Exported() || !ok || types.IsInterface(named) {
					continue
				}
				for m := range named.Methods() {
					if m.Exported() {
						check(p.PkgPath+"."+name+"."+m.Name(), m.Signature())
					}
				}
			}
		}
	}
	for prefix, why := range without {
		if !used[prefix] {
			t.Errorf("nothing of %s has no rule because of %s", prefix, why)
		}
	}
	if n < 150 {
		t.Errorf("only %d functions take a reader or writer", n)
	}
}

// Every rule for a use is for something that exists.
func TestCallsExist(t *testing.T) {
	var paths []string
	for _, c := range Calls() {
		if host, _, _ := strings.Cut(c.Pkg, "/"); !strings.Contains(host, ".") && !slices.Contains(paths, c.Pkg) {
			paths = append(paths, c.Pkg)
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedExportFile | packages.NeedImports | packages.NeedDeps}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[string]*types.Package{}
	for _, p := range pkgs {
		scopes[p.PkgPath] = p.Types
	}
	for _, c := range Calls() {
		pkg := scopes[c.Pkg]
		if pkg == nil {
			continue
		}
		name, member := c.Name, ""
		if c.Recv != "" {
			name, member = c.Recv, c.Name
		}
		obj := pkg.Scope().Lookup(name)
		if obj != nil && member != "" {
			obj, _, _ = types.LookupFieldOrMethod(obj.Type(), true, pkg, member)
		}
		if obj == nil {
			t.Errorf("%s does not exist", c.Symbol())
		}
	}
}

func TestPrintCoverage(t *testing.T) {
	var text, js bytes.Buffer
	if err := PrintCoverage(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nall ", "\nblocks: syscall.RawSyscall: "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
	if err := PrintCoverageJSON(&js); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Totals    []Total
		Functions []Covered
	}
	if err := json.Unmarshal(js.Bytes(), &back); err != nil || len(back.Functions) != len(Coverage()) || len(back.Totals) != len(Groups)+1 {
		t.Errorf("JSON: %d functions, %d totals, %v", len(back.Functions), len(back.Totals), err)
	}
	if list := Covers("http.Client.Do"); len(list) != 1 || list[0].Whole != Offloaded || list[0].Source != Offloaded {
		t.Errorf("http.Client.Do: %+v", list)
	}
}
