package find

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// nameGreen chooses the name of package green in the file: the one of an import
// that is there, or green, _green, _green2, ..., whichever means nothing else
// at any place of use. It is chosen for all sites of the file at once, so every
// site adds the same import.
func (f *finder) nameGreen() {
	var at []token.Pos
	for _, s := range f.Sites {
		if s.Active() {
			for _, p := range s.Shape.Parts {
				at = append(at, p.Pos)
			}
		}
	}
	f.Green = f.importedGreen(at)
	if f.Green == "" {
		f.Green = "green"
		for i := 1; !f.free(f.Green, nil, at); i++ {
			f.Green = "_green"
			if i > 1 {
				f.Green = fmt.Sprint("_green", i)
			}
		}
		f.Added = append(f.Added, f.Green+` "`+GreenPath+`"`)
	}
	if f.starts() && !slices.ContainsFunc(f.Syntax.Imports, func(s *ast.ImportSpec) bool { return importPath(s) == MainPath }) {
		f.Added = append(f.Added, `_ "`+MainPath+`"`)
	}
	if len(at) == 0 || f.Src == nil {
		f.Added = nil
	}
	if len(f.Added) > 0 {
		f.Import = []Edit{f.importEdit()}
	}
}

// importedGreen returns the name of an import of package green that is there.
func (f *finder) importedGreen(at []token.Pos) string {
	for _, spec := range f.Syntax.Imports {
		name := f.Info.PkgNameOf(spec)
		if name != nil && name.Imported().Path() == GreenPath && f.free(name.Name(), name, at) {
			return name.Name()
		}
	}
	return ""
}

// starts reports whether main or tests of the file will start the hub.
func (f *finder) starts() bool {
	return slices.ContainsFunc(f.Sites, func(s *Site) bool {
		if !s.Active() {
			return false
		}
		_, ok := s.Shape.Node.(*ast.FuncDecl)
		return ok
	})
}

// free reports whether name means want, or nothing, everywhere in at and in the
// file's scope.
func (f *finder) free(name string, want types.Object, at []token.Pos) bool {
	if name == "_" || name == "." {
		return false
	}
	for _, pos := range append([]token.Pos{f.Syntax.Name.End()}, at...) {
		if f.lookup(name, pos) != want {
			return false
		}
	}
	return true
}

// importEdit adds the import of package green: at the end of the last group of
// imports, before a single import, or behind the package clause. An import of
// "C" and the comment above it, which is C source, are not touched. Where
// lines are counted it goes on one that is there.
func (f *finder) importEdit() Edit {
	nl := f.newline()
	var group, single *ast.GenDecl
	for _, d := range f.Syntax.Decls {
		d, ok := d.(*ast.GenDecl)
		switch {
		case !ok || d.Tok != token.IMPORT || len(d.Specs) == 0 || importPath(d.Specs[0]) == "C":
		case d.Lparen.IsValid():
			group = d
		case single == nil:
			single = d
		}
	}
	if group != nil {
		end := f.tf.Offset(group.Rparen)
		line := f.Src[bytes.LastIndexByte(f.Src[:end], '\n')+1 : end]
		if f.counted(group.Rparen) || len(bytes.TrimSpace(line)) > 0 {
			first := group.Specs[0].Pos()
			return Edit{first, first, strings.Join(f.Added, "; ") + "; "}
		}
		at := group.Rparen - token.Pos(len(line))
		text := "\t" + strings.Join(f.Added, nl+"\t") + nl
		if last := importPath(group.Specs[len(group.Specs)-1]); !strings.Contains(strings.Split(last, "/")[0], ".") {
			text = nl + text // not in the group of the standard library
		}
		return Edit{at, at, text}
	}
	if single != nil {
		if f.counted(single.Pos()) {
			return Edit{single.Pos(), single.Pos(), "import " + strings.Join(f.Added, "; import ") + "; "}
		}
		if single.Doc == nil {
			return Edit{single.Pos(), single.Pos(), "import " + strings.Join(f.Added, nl+"import ") + nl + nl}
		}
	}
	at := f.behind(f.Syntax.Name.End())
	end := bytes.IndexByte(f.Src[f.tf.Offset(at):], '\n')
	if f.counted(at) || end < 0 || len(bytes.TrimSpace(f.Src[f.tf.Offset(at):f.tf.Offset(at)+end])) > 0 {
		return Edit{at, at, "; import " + strings.Join(f.Added, "; import ")}
	}
	return Edit{at, at, nl + nl + "import " + strings.Join(f.Added, nl+"import ")}
}

// behind returns where to insert what comes after pos: behind the comment, if
// nothing else follows on the line.
func (f *finder) behind(pos token.Pos) token.Pos {
	rest, _, _ := bytes.Cut(f.Src[f.tf.Offset(pos):], []byte("\n"))
	rest = bytes.TrimSuffix(rest, []byte("\r"))
	if f.counted(pos) || !bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte("//")) {
		return pos
	}
	return pos + token.Pos(len(rest))
}

// newline is how lines of the file end.
func (f *File) newline() string {
	if bytes.Contains(f.Src, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

func importPath(spec ast.Spec) string {
	return strings.Trim(spec.(*ast.ImportSpec).Path.Value, "`\"")
}

// unused finds the imports whose every use is replaced.
func (f *finder) unused(active []*Site) {
	// replacedBy returns the site whose replacement drops what is at pos.
	replacedBy := func(pos token.Pos) *Site {
		for _, s := range active {
			if s.moves(pos) {
				return nil // it is the operand of another statement now
			}
		}
		for _, s := range active {
			for _, e := range s.raw {
				if e.Pos <= pos && pos < e.End {
					return s
				}
			}
		}
		return nil
	}
	before, after := map[*types.PkgName]int{}, map[*types.PkgName]int{}
	last := map[*types.PkgName]*Site{}
	dots := map[*types.Package]*types.PkgName{}
	for _, spec := range f.Syntax.Imports {
		if name := f.Info.PkgNameOf(spec); name != nil && name.Name() == "." {
			dots[name.Imported()] = name
		}
	}
	var qualified *ast.Ident
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			qualified = n.Sel
		case *ast.Ident:
			obj := f.Info.Uses[n]
			name, ok := obj.(*types.PkgName)
			if !ok && obj != nil && n != qualified && obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
				name = dots[obj.Pkg()]
			}
			if name != nil {
				before[name]++
				if s := replacedBy(n.Pos()); s != nil {
					last[name] = s
				} else {
					after[name]++
				}
			}
		}
		return true
	})
	// Replacements name packages too, in conversions and wrappers.
	for _, s := range active {
		for _, e := range s.raw {
			for name := range before {
				if strings.Contains(e.New, name.Name()+".") {
					after[name]++
				}
			}
		}
	}
	for _, spec := range f.Syntax.Imports {
		if name := f.Info.PkgNameOf(spec); name != nil && before[name] > 0 && after[name] == 0 {
			f.Unused = append(f.Unused, spec)
			if s := last[name]; isDot(spec) && !f.counted(spec.Pos()) && !s.Inside {
				s.Edits = append(s.Edits, f.removeDot(spec))
			}
		}
	}
}
