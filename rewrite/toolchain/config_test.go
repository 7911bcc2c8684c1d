package toolchain

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
)

// What a build is asked for is what the hub is told (greenify_zconfig.go) and what the
// manifest says: for every scope, with locks and without, for all groups, for each alone
// and for all but one.
func TestConfig(t *testing.T) {
	env, err := findGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	sets := [][]string{rules.Groups}
	for i, g := range rules.Groups {
		sets = append(sets, []string{g}, slices.Delete(slices.Clone(rules.Groups), i, i+1))
	}
	scopes := []Scope{ScopeAll, ScopeDeps, ScopeMain}
	for _, groups := range sets {
		for i, scope := range scopes {
			for _, locks := range []bool{false, true} {
				opt := Options{Scope: scope, Groups: groups, Locks: locks, Workers: 7}
				p, err := load(env, opt)
				if err != nil {
					t.Fatal(err)
				}
				got := constants(t, p, "src/runtime/greenify_zconfig.go", "src/runtime/greenify_groups.go", "src/runtime/greenify_scope.go")
				want := int64(i)
				if got.int(t, "hubScope") != want {
					t.Errorf("scope %s: hubScope is %d, want %d", scope, got.int(t, "hubScope"), want)
				}
				if got.int(t, "hubPoolDefault") != 7 {
					t.Errorf("hubPoolDefault is %d, want 7", got.int(t, "hubPoolDefault"))
				}
				bits := got.int(t, "hubGroups")
				for _, g := range append(slices.Clone(rules.Groups), "none") {
					on := bits&got.int(t, "hubGroup"+g) != 0
					if want := g == "none" || slices.Contains(groups, g); on != want {
						t.Errorf("groups %v: hubGroups has %s: %v", groups, g, on)
					}
				}
				want = 0
				if locks {
					want = 1
				}
				for pkg, got := range map[string]values{
					"runtime":       got,
					"sync":          constants(t, p, "src/sync/greenify_zconfig.go"),
					"internal/sync": constants(t, p, "src/internal/sync/greenify_zconfig.go"),
				} {
					if n := got.int(t, "hubLocks"); n != want {
						t.Errorf("locks %v: hubLocks of %s is %d", locks, pkg, n)
					}
				}
				m, ok := code.Unmark([]byte(got.manifest))
				if want := p.manifest(env, opt); !ok || !reflect.DeepEqual(m.Groups, groups) || m.Scope != string(scope) || m.Rules != want.Rules || m.Locks != locks || !reflect.DeepEqual(m.Std, want.Std) {
					t.Errorf("the manifest of %v is %+v, want %+v", opt, m, want)
				}
			}
		}
	}
}

// A name that the hub does not have is an error, of Open or of the compiler.
func TestConfigNames(t *testing.T) {
	env, err := findGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []Options{{Scope: "some", Groups: rules.Groups}, {Scope: ScopeAll, Groups: []string{"times"}}} {
		if _, err := load(env, opt); err == nil {
			t.Errorf("%+v is taken", opt)
		}
	}
	p, err := load(env, Options{Scope: ScopeAll, Groups: rules.Groups})
	if err != nil {
		t.Fatal(err)
	}
	const file = "src/runtime/greenify_zconfig.go"
	p.added[file] = []byte(strings.Replace(string(p.added[file]), "hubGroupDNS", "hubGroupDns", 1))
	_, err = check(p, file, "src/runtime/greenify_groups.go", "src/runtime/greenify_scope.go")
	if err == nil || !strings.Contains(err.Error(), "undefined: hubGroupDns") {
		t.Errorf("a misspelt constant gives the error %v", err)
	}
}

// values are what files of the hub declare.
type values struct {
	scope    *types.Scope
	manifest string
}

// int returns a constant. The case of letters does not matter.
func (v values) int(t *testing.T, name string) int64 {
	t.Helper()
	for _, n := range v.scope.Names() {
		if c, ok := v.scope.Lookup(n).(*types.Const); ok && strings.EqualFold(n, name) {
			i, _ := constant.Int64Val(c.Val())
			return i
		}
	}
	t.Fatalf("no constant %s", name)
	return 0
}

func constants(t *testing.T, p *patch, files ...string) values {
	t.Helper()
	v, err := check(p, files...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// check compiles the constants and variables of hub files, without what needs the rest of
// the package.
func check(p *patch, files ...string) (values, error) {
	var v values
	fset := token.NewFileSet()
	var list []*ast.File
	for _, name := range files {
		f, err := parser.ParseFile(fset, name, p.added[name], parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return v, err
		}
		generated := ast.IsGenerated(f)
		f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
			g, ok := d.(*ast.GenDecl)
			return !ok || g.Tok != token.CONST && !(g.Tok == token.VAR && generated)
		})
		list = append(list, f)
		for _, d := range f.Decls {
			for _, s := range d.(*ast.GenDecl).Specs {
				if s := s.(*ast.ValueSpec); s.Names[0].Name == "hubManifest" {
					v.manifest, _ = strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
				}
			}
		}
	}
	pkg, err := new(types.Config).Check("hub", fset, list, nil)
	if err != nil {
		return v, err
	}
	v.scope = pkg.Scope()
	return v, nil
}
