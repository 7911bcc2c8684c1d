package find

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	pathpkg "path"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// nameImports chooses the names of the packages that the replacements of the sites name:
// the one of an import of package green or package patched that is there, or name, _name,
// _name2, ..., whichever means nothing else at any place of use. A name is chosen for
// all sites of the file at once, so every site adds the same import, and each site
// imports what it needs: a fix may be applied alone.
func (f *finder) nameImports(active []*Site) {
	var paths []string
	at := map[string][]token.Pos{}
	needs := map[*Site][]string{}
	need := func(s *Site, path string, pos token.Pos) {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		at[path] = append(at[path], pos)
		for outer := s; outer != nil; outer = outer.owner {
			if !slices.Contains(needs[outer], path) {
				needs[outer] = append(needs[outer], path)
			}
		}
	}
	for _, s := range active {
		for _, p := range s.Template.Parts {
			for _, path := range refs(p.Text) {
				need(s, path, p.Pos)
			}
		}
		if s.starts() {
			need(s, MainPath, s.Template.Node.Pos())
		}
	}
	f.Names = map[string]string{}
	taken := map[string]bool{}
	edits, adds := map[string]Edit{}, map[string]string{}
	for _, path := range paths {
		if path == MainPath && f.imports(MainPath) {
			continue
		}
		name := f.imported(path, at[path])
		if name == "" && path == MainPath {
			name = "_"
		} else if name != "" {
			taken[name] = true
			f.Names[path] = name
			continue
		} else {
			name = f.wanted[path]
			for i := 1; taken[name] || !f.free(name, nil, at[path]); i++ {
				name = "_" + f.wanted[path]
				if i > 1 {
					name += fmt.Sprint(i)
				}
			}
			taken[name] = true
			f.Names[path] = name
		}
		added := name + " " + strconv.Quote(path)
		if name == pathpkg.Base(path) {
			added = strconv.Quote(path)
		}
		f.added = append(f.added, added)
		adds[path] = added
	}
	for i, path := range slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return adds[path] == "" }) {
		edits[path] = f.importEdit(path, adds[path], i == 0, adds[GreenPath] != "")
	}
	// In this order: a driver that merges fixes puts the import of a later one behind, and
	// takes insertions for the same only where they come in the same order.
	for s, list := range needs {
		for _, path := range paths {
			if !slices.Contains(list, path) || adds[path] == "" {
				continue
			}
			s.adds = append(s.adds, adds[path])
			s.Imports = append(s.Imports, edits[path])
		}
	}
}

// Added returns what the sites add to the imports, as in an import declaration.
func (f *File) Added() []string {
	return slices.DeleteFunc(slices.Clone(f.added), func(spec string) bool {
		return !slices.ContainsFunc(f.Sites, func(s *Site) bool { return slices.Contains(s.adds, spec) })
	})
}

// imported returns the name of an import of package green or package patched that is
// there.
func (f *finder) imported(path string, at []token.Pos) string {
	for _, spec := range f.Syntax.Imports {
		name := f.Info.PkgNameOf(spec)
		if Runtime(path) && name != nil && name.Imported().Path() == path && f.free(name.Name(), name, at) {
			return name.Name()
		}
	}
	return ""
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

// importEdit adds an import: of std at the start of the last group, others at its end,
// or before a single import, or behind the package clause. An import of
// "C" and the comment above it, which is C source, are not touched. Where
// lines are counted it goes on one that is there.
//
// In a group, packages green, patched and patchedmain are added at places of their own.
// Drivers that apply the fixes of many sites at once drop an edit only if it is the same as
// its neighbour among those for one place (golangci-lint, validateEdits), and the sites of a
// file add them in any order. first is set for the first import that the file adds, green
// if package green is among them: who is first in the group brings the empty line.
func (f *finder) importEdit(path, added string, first, green bool) Edit {
	nl := f.newline()
	insert := func(at token.Pos, text string) Edit { return Edit{at, at, text} }
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
		switch {
		case f.counted(group.Rparen) || len(bytes.TrimSpace(line)) > 0:
			return insert(group.Specs[0].Pos(), added+"; ")
		case OfStd(added):
			return insert(group.Lparen+1, nl+"\t"+added)
		case path == MainPath:
			return insert(group.Lparen+1, nl+"\t"+added+nl)
		}
		text := "\t" + added + nl
		if (path == GreenPath || !green) && rules.Std(importPath(group.Specs[len(group.Specs)-1])) {
			text = nl + text // not in the group of the standard library
		}
		if path == PatchedPath {
			return Edit{group.Rparen, group.Rparen + 1, text + ")"}
		}
		return insert(group.Rparen-token.Pos(len(line)), text)
	}
	if single != nil {
		if f.counted(single.Pos()) {
			return insert(single.Pos(), "import "+added+"; ")
		}
		if single.Doc == nil {
			return insert(single.Pos(), "import "+added+nl)
		}
	}
	at := f.behind(f.Syntax.Name.End())
	end := bytes.IndexByte(f.Src[f.tf.Offset(at):], '\n')
	if f.counted(at) || end < 0 || len(bytes.TrimSpace(f.Src[f.tf.Offset(at):f.tf.Offset(at)+end])) > 0 {
		return insert(at, "; import "+added)
	}
	if first {
		return insert(at, nl+nl+"import "+added)
	}
	return insert(at, nl+"import "+added)
}

// OfStd reports whether an import, as in an import declaration, is of the standard
// library.
func OfStd(spec string) bool {
	return rules.Std(strings.Trim(spec[strings.Index(spec, " ")+1:], `"`))
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

// blankImport keeps the line of an import, and that its package is linked.
func blankImport(spec *ast.ImportSpec) Edit {
	if spec.Name != nil {
		return Edit{spec.Name.Pos(), spec.Name.End(), "_"}
	}
	return Edit{spec.Path.Pos(), spec.Path.Pos(), "_ "}
}

// removeImports removes the unused imports, and declarations that become empty. It
// blanks those whose lines must stay.
func (f *File) removeImports() []Edit {
	var edits []Edit
	for _, d := range f.Syntax.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		for _, s := range d.Specs {
			if slices.Contains(f.Unused, s.(*ast.ImportSpec)) && f.counted(s.Pos()) {
				edits = append(edits, blankImport(s.(*ast.ImportSpec)))
			}
		}
		stays := func(s ast.Spec) bool {
			return !slices.Contains(f.Unused, s.(*ast.ImportSpec)) || isDot(s.(*ast.ImportSpec)) || f.counted(s.Pos())
		}
		added := slices.ContainsFunc(f.Sites, func(s *Site) bool {
			return slices.ContainsFunc(s.Imports, func(e Edit) bool { return d.Pos() < e.Pos && e.Pos < d.End() })
		})
		if !slices.ContainsFunc(d.Specs, stays) && !added && len(d.Specs) > 0 {
			edits = append(edits, Edit{d.Pos(), d.End(), ""})
			continue
		}
		for _, s := range d.Specs {
			if !stays(s) {
				edits = append(edits, f.removeSpec(s))
			}
		}
	}
	return edits
}

// removeDot removes an unused dot import. Drivers of analyzers do not, unlike
// other unused imports, so its last use takes it along.
func (f *File) removeDot(spec *ast.ImportSpec) Edit {
	for _, d := range f.Syntax.Decls {
		if d, ok := d.(*ast.GenDecl); ok && len(d.Specs) == 1 && d.Specs[0] == spec && !d.Lparen.IsValid() {
			return Edit{d.Pos(), d.End(), ""}
		}
	}
	return f.removeSpec(spec)
}

func isDot(spec *ast.ImportSpec) bool { return spec.Name != nil && spec.Name.Name == "." }

// removeSpec removes a spec of a group: its line, or up to its semicolon.
func (f *File) removeSpec(s ast.Spec) Edit {
	from, to := f.tf.Offset(s.Pos()), f.tf.Offset(s.End())
	start := bytes.LastIndexByte(f.Src[:from], '\n') + 1
	end := bytes.IndexByte(f.Src[to:], '\n')
	if end >= 0 && len(bytes.TrimSpace(f.Src[start:from])) == 0 && len(bytes.TrimSpace(f.Src[to:to+end])) == 0 {
		return Edit{s.Pos() - token.Pos(from-start), s.End() + token.Pos(end+1), ""}
	}
	if to < len(f.Src) && f.Src[to] == ';' {
		to++
	}
	return Edit{s.Pos(), s.Pos() + token.Pos(to-from), ""}
}
