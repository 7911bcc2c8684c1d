package find

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// register adds what a patched package needs once:
//
//	var _ = patched.Register(path, version, patched.SupportsVersion1)    behind the imports of one file
//	defer patched.Main(version, patched.SupportsVersion1)()              first in main and TestMain
//	defer patched.Test(version, patched.SupportsVersion1)()              first in tests
//
// What comes first in a function runs before anything of it waits, and what it defers runs
// last. The registration has no name, so nothing can collide with it, and goes into the file
// that comes first among those that are patched and no tests.
//
// It reports files that are left unpatched. A generated file gets nothing: what generates it
// would take it away. What is registered or started already stays, but for the version of the
// rules; that of a wider patch is a finding, for a patch is not undone.
func register(in Input, hub bool, files []*finder) {
	version := rules.CallVersionFor(in.Groups)
	var (
		patched    bool    // a file uses package green
		first      *finder // that can take the registration
		registered bool
		main       *ast.FuncDecl
		mainFile   *finder
		started    bool
	)
	for _, f := range files {
		uses := f.usesGreen()
		patched = patched || uses
		if f.editable() && !f.test() && (f.Active() || uses) && (first == nil || f.Name < first.Name) {
			first = f
		}
		for _, d := range f.Syntax.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && f.isMain(d) {
				main, mainFile = d, f
			}
		}
		for id, call := range f.greenCalls() {
			switch id.Name {
			case "Register":
				registered = true
				f.version(call, 1, version, Register, "the package registers")
			case "Main":
				started = true
				f.version(call, 0, version, Main, "main starts the hub with")
			case "Test":
				f.version(call, 0, version, Main, "the test starts the hub with")
			}
		}
	}
	if patched {
		for _, f := range files {
			if f.editable() && f.Active() && !f.usesGreen() {
				f.add(&Site{
					Pos: f.Syntax.Name.Pos(), End: f.Syntax.Name.End(), Kind: Mixed, What: "file",
					Message: "other files of this package are patched, this one is not: run greenify rewrite -w on the package",
				})
			}
		}
	}
	if main != nil && !started && mainFile.source() && (first != nil || hub) {
		s := mainFile.add(&Site{
			Pos: main.Name.Pos(), End: main.Name.End(), Kind: Main, What: "main", To: "patched.Main",
			Message:  "main does not start the hub: defer patched.Main first",
			Template: mainFile.deferFirst(main, "Main", version),
			Skip:     mainFile.skipped(main.Name.Pos()),
		})
		if first == nil && s.Active() {
			first = mainFile
		}
	}
	if patched || hub || slices.ContainsFunc(files, func(f *finder) bool { return f.editable() && f.Active() }) {
		for _, f := range files {
			if f.test() && f.source() {
				f.tests(version)
			}
		}
	}
	registers := "the package is patched but not registered: add a call of patched.Register"
	if !patched {
		registers = "the package would be patched but not registered, and no program with it would start: add a call of patched.Register"
	}
	if first != nil && !registered {
		first.add(&Site{
			Pos: first.Syntax.Name.Pos(), End: first.Syntax.Name.End(), Kind: Register, What: "package", To: "patched.Register",
			Message:  registers,
			Template: first.registration(in.Pkg.Path(), version),
		})
	}
}

// WiderPatch is the Site.What of a package that is patched for groups that the present
// -patch leaves out.
const WiderPatch = "groups"

// registration declares the registration of the package, behind the imports. In a file
// without imports it stands one byte behind the place where imports are added, so that drivers
// put it behind them in whatever order they merge fixes.
func (f *finder) registration(path, version string) *Template {
	decl := fmt.Sprintf("var _ = §Register(%q, %q, §%s)", path, version, PatchedVersion)
	at, imports := f.Syntax.Name.End(), false
	for _, d := range f.Syntax.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			at, imports = d.End(), true
		}
	}
	at = f.behind(at)
	rest := f.Src[f.tf.Offset(at):]
	switch line := bytes.IndexByte(rest, '\n'); {
	case !imports && !f.counted(at) && f.ends(at) && line >= 0:
		at, decl = at+token.Pos(line+1), f.newline()+decl+f.newline()
	case !imports && len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t'):
		at, decl = at+1, "; "+decl+" "
	default:
		decl = f.newDecl(at) + decl
	}
	return &Template{Node: f.Syntax, Parts: []Part{{Pos: at, End: at, Text: decl}}}
}

// tests starts the hub in the functions that package testing calls.
func (f *finder) tests(version string) {
	for _, d := range f.Syntax.Decls {
		d, ok := d.(*ast.FuncDecl)
		if !ok || d.Recv != nil || d.Body == nil {
			continue
		}
		name := f.testFunc(d)
		if name == "" || f.startsHub(d) {
			continue
		}
		f.add(&Site{
			Pos: d.Name.Pos(), End: d.Name.End(), Kind: Main, What: d.Name.Name, To: "patched." + name,
			Message:  d.Name.Name + " runs outside the hub: defer patched." + name + " first",
			Template: f.deferFirst(d, name, version),
			Skip:     f.skipped(d.Name.Pos()),
		})
	}
}

// version checks the version of the rules that a call names, and the groups.
func (f *finder) version(call *ast.CallExpr, i int, want string, kind Kind, what string) {
	if i >= len(call.Args) {
		return
	}
	lit, ok := call.Args[i].(*ast.BasicLit)
	if !ok {
		return
	}
	have, err := strconv.Unquote(lit.Value)
	if err != nil || have == want {
		return
	}
	_, old := rules.SplitVersion(have)
	_, groups := rules.SplitVersion(want)
	if old = slices.DeleteFunc(slices.Clone(old), func(g string) bool { return slices.Contains(groups, g) }); len(old) > 0 {
		f.add(&Site{
			Pos: lit.Pos(), End: lit.End(), Kind: kind, What: WiderPatch,
			Message: fmt.Sprintf("%s rules for %s too, and a patch is not undone: add them to -patch, or take the files as they were before the patch", what, strings.Join(old, ", ")),
		})
	} else {
		f.add(&Site{
			Pos: lit.Pos(), End: lit.End(), Kind: kind, What: "rules version", To: want, Template: replace(lit, strconv.Quote(want)),
			Message: fmt.Sprintf("%s rules %s, this greenify has %s: rewrite the package", what, have, want),
		})
	}
}
