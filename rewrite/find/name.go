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
		f.Import = []Edit{f.importEdit(f.Added)}
	}
}

// nameImports chooses the names of the other packages that the replacements of the
// sites name and the file does not import, as nameGreen does, and has each site import
// what it needs: a fix may be applied alone.
func (f *finder) nameImports(active []*Site) {
	var paths []string
	at := map[string][]token.Pos{}
	needs := map[*Site][]string{}
	for _, s := range active {
		for _, p := range s.Shape.Parts {
			for _, ref := range packageRef.FindAllString(p.Text, -1) {
				path := unref(ref)
				if !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
				at[path] = append(at[path], p.Pos)
				for outer := s; outer != nil; outer = outer.owner {
					if !slices.Contains(needs[outer], path) {
						needs[outer] = append(needs[outer], path)
					}
				}
			}
		}
	}
	slices.Sort(paths)
	f.Names = map[string]string{}
	taken := map[string]bool{f.Green: true}
	edits := map[string]Edit{}
	for _, path := range paths {
		name := f.wanted[path]
		for i := 1; taken[name] || !f.free(name, nil, at[path]); i++ {
			name = "_" + f.wanted[path]
			if i > 1 {
				name += fmt.Sprint(i)
			}
		}
		taken[name] = true
		f.Names[path] = name
		added := name + " " + strconv.Quote(path)
		if name == pathpkg.Base(path) {
			added = strconv.Quote(path)
		}
		f.Added = append(f.Added, added)
		edits[path] = f.importEdit([]string{added})
	}
	for s, list := range needs {
		slices.Sort(list)
		for _, path := range list {
			s.Imports = append(s.Imports, edits[path])
		}
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

// importEdit adds imports: of std at the start of the last group, others at its end,
// or before a single import, or behind the package clause. An import of
// "C" and the comment above it, which is C source, are not touched. Where
// lines are counted it goes on one that is there.
func (f *finder) importEdit(added []string) Edit {
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
			return Edit{first, first, strings.Join(added, "; ") + "; "}
		}
		if OfStd(added[0]) {
			at := group.Lparen + 1
			return Edit{at, at, nl + "\t" + added[0]}
		}
		at := group.Rparen - token.Pos(len(line))
		text := "\t" + strings.Join(added, nl+"\t") + nl
		if last := importPath(group.Specs[len(group.Specs)-1]); rules.Std(last) {
			text = nl + text // not in the group of the standard library
		}
		return Edit{at, at, text}
	}
	if single != nil {
		if f.counted(single.Pos()) {
			return Edit{single.Pos(), single.Pos(), "import " + strings.Join(added, "; import ") + "; "}
		}
		if single.Doc == nil {
			return Edit{single.Pos(), single.Pos(), "import " + strings.Join(added, nl+"import ") + nl + nl}
		}
	}
	at := f.behind(f.Syntax.Name.End())
	end := bytes.IndexByte(f.Src[f.tf.Offset(at):], '\n')
	if f.counted(at) || end < 0 || len(bytes.TrimSpace(f.Src[f.tf.Offset(at):f.tf.Offset(at)+end])) > 0 {
		return Edit{at, at, "; import " + strings.Join(added, "; import ")}
	}
	return Edit{at, at, nl + nl + "import " + strings.Join(added, nl+"import ")}
}

// OfStd reports whether an import, as in an import declaration, is of the standard
// library.
func OfStd(spec string) bool {
	return rules.Std(strings.Trim(spec[strings.Index(spec, " ")+1:], `"`))
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
