package rules

import (
	"go/types"
	"go/version"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

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

// Every rule for a use is for something that exists, and names it as Go does.
func TestCallsExist(t *testing.T) {
	var paths []string
	for _, c := range Calls() {
		if !slices.Contains(paths, c.Pkg) {
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
	since := map[string]string{"encoding/json/v2": "go1.27", "encoding/json/jsontext": "go1.27"}
	for _, c := range Calls() {
		pkg := scopes[c.Pkg]
		if pkg == nil || version.Compare(runtime.Version(), since[c.Pkg]) < 0 {
			continue
		}
		name, member := c.Name, ""
		if c.Recv != "" {
			name, member = c.Type(), c.Name
		}
		obj := pkg.Scope().Lookup(name)
		recv := ""
		if obj != nil && member != "" {
			typ := obj.Type()
			recv = name
			obj, _, _ = types.LookupFieldOrMethod(typ, true, pkg, member)
			if _, ok := obj.(*types.Func); ok && types.NewMethodSet(typ).Lookup(pkg, member) == nil {
				recv = "*" + name
			}
		}
		if obj == nil {
			t.Errorf("%s does not exist", c.Symbol())
		} else if recv != c.Recv {
			t.Errorf("the receiver of %s is %q, in the rule it is %q", c.Symbol(), recv, c.Recv)
		}
	}
}

func TestCovers(t *testing.T) {
	if list := Covers("http.Client.Do", Releases[len(Releases)-1]); len(list) != 1 || list[0].Whole != Offloaded || list[0].Source != Offloaded {
		t.Errorf("http.Client.Do: %+v", list)
	}
}
