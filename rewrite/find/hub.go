package find

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// hub adds what a patched package needs once: its registration, and in package
// main the start of the hub. It reports files that are left unpatched.
func hub(in Input, files []*finder) {
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
	if main != nil && !started && mainFile.source() && (first != nil || in.Main) {
		s := mainFile.add(&Site{
			Pos: main.Name.Pos(), End: main.Name.End(), Kind: Main, What: "main", To: "patched.Main",
			Message: "main does not start the hub: defer patched.Main first",
			Shape:   mainFile.deferFirst(main, "Main", version),
			Skip:    mainFile.skipped(main.Name.Pos()),
		})
		if first == nil && s.Active() {
			first = mainFile
		}
	}
	if patched || in.Main || slices.ContainsFunc(files, func(f *finder) bool { return f.editable() && f.Active() }) {
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
			Message: registers,
			Shape:   first.register(in.Pkg.Path(), version),
		})
	}
}

// WiderPatch is the Site.What of a package that is patched for groups that the present
// -patch leaves out.
const WiderPatch = "groups"

// register declares the registration of the package, behind the imports. In a file
// without any it is one byte further than where they are added, so that drivers put
// it behind them in whatever order they merge fixes.
func (f *finder) register(path, version string) *Shape {
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
	return &Shape{Node: f.Syntax, Parts: []Part{{Pos: at, End: at, Text: decl}}}
}

// test reports whether the file is a test file.
func (f *File) test() bool { return strings.HasSuffix(f.Name, "_test.go") }

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
			Message: d.Name.Name + " runs outside the hub: defer patched." + name + " first",
			Shape:   f.deferFirst(d, name, version),
			Skip:    f.skipped(d.Name.Pos()),
		})
	}
}

// isMain reports whether a declaration is the function main of a program.
func (f *finder) isMain(d *ast.FuncDecl) bool {
	return f.Pkg.Name() == "main" && d.Recv == nil && d.Name.Name == "main" && d.Body != nil
}

// deferFirst begins a function with a statement that starts or enters the hub.
func (f *finder) deferFirst(d *ast.FuncDecl, name, version string) *Shape {
	if version != "" {
		version = strconv.Quote(version) + ", §" + PatchedVersion
	}
	stmt := fmt.Sprintf("defer §%s(%s)()", name, version)
	at := f.behind(d.Body.Lbrace + 1)
	if f.Src != nil && !f.counted(at) && f.ends(at) {
		stmt = f.newline() + "\t" + stmt
	} else {
		stmt = " " + stmt + ";"
	}
	return &Shape{Node: d, Parts: []Part{{Pos: at, End: at, Text: stmt}}}
}

// ends reports whether nothing follows pos on its line.
func (f *finder) ends(pos token.Pos) bool {
	rest, _, _ := bytes.Cut(f.Src[f.tf.Offset(pos):], []byte("\n"))
	return len(bytes.TrimSpace(rest)) == 0
}

// startsHub reports whether a function begins by starting or entering the hub.
func (f *finder) startsHub(d *ast.FuncDecl) bool {
	if len(d.Body.List) == 0 {
		return false
	}
	s, ok := d.Body.List[0].(*ast.DeferStmt)
	if !ok {
		return false
	}
	call, ok := s.Call.Fun.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, _ := callee(call.Fun)
	return id != nil && fromGreen(f.Info.Uses[id])
}

// testFunc returns the function of package patched that a function which package
// testing calls begins with, "" for any other function. (go help testfunc)
func (f *finder) testFunc(d *ast.FuncDecl) string {
	sig, ok := f.Info.Defs[d.Name].Type().(*types.Signature)
	if !ok || sig.Results().Len() > 0 || sig.TypeParams().Len() > 0 {
		return ""
	}
	param := ""
	if sig.Params().Len() == 1 {
		if path, name := declared(sig.Params().At(0).Type()); path == "testing" {
			param = name
		}
	}
	name := d.Name.Name
	switch {
	case name == "TestMain" && param == "M":
		return "Main"
	case isTest(name, "Test") && param == "T", isTest(name, "Benchmark") && param == "B", isTest(name, "Fuzz") && param == "F",
		isTest(name, "Example") && sig.Params().Len() == 0:
		return "Test"
	}
	return ""
}

// isTest reports whether name is prefix, or prefix and something that does not
// begin with a lower-case letter.
func isTest(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(r))
}

// newDecl separates a declaration at pos from the one before.
func (f *finder) newDecl(pos token.Pos) string {
	if f.counted(pos) {
		return "; "
	}
	return f.newline() + f.newline()
}

// source reports whether people write the file.
func (f *File) source() bool { return !f.Generated && f.Src != nil }

// editable reports whether a back end may change the file.
func (f *File) editable() bool { return f.source() && f.Ignored == "" }

func (f *finder) usesGreen() bool {
	for id := range f.greenUses() {
		if id != nil {
			return true
		}
	}
	return false
}

// greenUses yields the identifiers of the file that name something of package
// green or package patched.
func (f *finder) greenUses() func(yield func(*ast.Ident) bool) {
	return func(yield func(*ast.Ident) bool) {
		imports := false
		for _, spec := range f.Syntax.Imports {
			imports = imports || importPath(spec) == GreenPath || importPath(spec) == PatchedPath
		}
		if !imports {
			return
		}
		more := true
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && more && fromGreen(f.Info.Uses[id]) {
				more = yield(id)
			}
			return more
		})
	}
}

// greenCalls yields the calls of functions of these packages.
func (f *finder) greenCalls() func(yield func(*ast.Ident, *ast.CallExpr) bool) {
	return func(yield func(*ast.Ident, *ast.CallExpr) bool) {
		names := map[*ast.Ident]bool{}
		for id := range f.greenUses() {
			names[id] = true
		}
		if len(names) == 0 {
			return
		}
		more := true
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && more {
				if id, _ := callee(call.Fun); id != nil && names[id] {
					more = yield(id, call)
				}
			}
			return more
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
			Pos: lit.Pos(), End: lit.End(), Kind: kind, What: "rules version", To: want, Shape: replace(lit, strconv.Quote(want)),
			Message: fmt.Sprintf("%s rules %s, this greenify has %s: rewrite the package", what, have, want),
		})
	}
}
