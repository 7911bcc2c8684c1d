package find

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// deferFirst begins a function with a statement that starts or enters the hub.
func (f *finder) deferFirst(d *ast.FuncDecl, name, version string) *Template {
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
	return &Template{Node: d, Parts: []Part{{Pos: at, End: at, Text: stmt}}}
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

// isMain reports whether a declaration is the function main of a program.
func (f *finder) isMain(d *ast.FuncDecl) bool {
	return f.Pkg.Name() == "main" && d.Recv == nil && d.Name.Name == "main" && d.Body != nil
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
