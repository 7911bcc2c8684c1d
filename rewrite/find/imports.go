package find

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	pathpkg "path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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
	var added []addedImport
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
		spec := name + " " + strconv.Quote(path)
		if name == pathpkg.Base(path) {
			spec = strconv.Quote(path)
		}
		added = append(added, addedImport{Import: Import{Spec: spec}, path: path})
	}
	f.addImports(added)
	for s, list := range needs {
		for _, a := range f.added {
			if slices.Contains(list, a.path) {
				s.adds = append(s.adds, a.Spec)
				s.Imports = append(s.Imports, a.edit)
			}
		}
	}
}

// An Import is an import that the sites of a file add.
type Import struct {
	Spec string // as in an import declaration
	In   ImportPlace
}

// An ImportPlace says where in a file an import goes.
type ImportPlace int

const (
	OwnDecl    ImportPlace = iota // a declaration of its own, before the first one
	OwnPart                       // the start of a group, with an empty line behind it
	GroupStart                    // the start of a group
	GroupEnd                      // the end of a group, an empty line behind what is of std
)

// Added returns what the sites add to the imports, in the order in which it is there.
func (f *File) Added() []Import {
	var list []Import
	for _, a := range f.added {
		if slices.ContainsFunc(f.Sites, func(s *Site) bool { return slices.Contains(s.adds, a.Spec) }) {
			list = append(list, a.Import)
		}
	}
	return list
}

type addedImport struct {
	Import
	path string
	edit Edit
}

// rank orders the imports that a file adds: what only stands for something, std, other
// modules, package green, package patched.
func (a addedImport) rank() int {
	switch {
	case a.path == MainPath:
		return 0
	case rules.Std(a.path):
		return 1
	case a.path == GreenPath:
		return 3
	case a.path == PatchedPath:
		return 4
	}
	return 2
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

// addImports chooses where each import goes: into the last group, of std at its start and
// others at its end, or before a single import, or behind the package clause. An import of
// "C" and the comment above it, which is C source, are not touched. Where lines are counted
// it goes on one that is there.
//
// Each import has a slot of its own. Drivers that apply the fixes of many sites at once drop
// an edit only if it is the same as its neighbour among those for one place (golangci-lint,
// validateEdits), and the sites of a file need imports in any order.
func (f *finder) addImports(list []addedImport) {
	slices.SortStableFunc(list, func(a, b addedImport) int { return a.rank() - b.rank() })
	f.added = list
	if len(list) == 0 {
		return
	}
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
	switch {
	case group != nil:
		f.addToGroup(group, list)
	case single != nil && (single.Doc == nil || f.counted(single.Pos())):
		spread(list, f.slotsBefore(single), func(a addedImport, _ bool) string { return "import " + a.Spec })
	default:
		f.addBehindPackage(list)
	}
}

// addToGroup adds imports to a group.
func (f *finder) addToGroup(group *ast.GenDecl, list []addedImport) {
	nl := f.newline()
	end := group.Rparen
	for end > group.Lparen+1 && strings.ContainsRune(" \t", rune(f.byteAt(end-1))) {
		end--
	}
	// What is at the end has two slots. What is too much for it goes first.
	tail := len(list)
	for tail > 0 && list[tail-1].rank() >= 2 && tail > len(list)-2 {
		tail--
	}
	for i, a := range list {
		switch {
		case i >= tail:
			list[i].In = GroupEnd
		case rules.Std(a.path):
			list[i].In = GroupStart
		default:
			list[i].In = OwnPart
		}
	}
	slices.SortStableFunc(list[:tail], func(a, b addedImport) int { return int(a.In - b.In) })
	lparen := group.Lparen
	if f.counted(group.Rparen) || f.byteAt(end-1) != '\n' {
		slots := []slot{{lparen + 1, lparen + 1, "", "; "}, {lparen, lparen + 1, "(", "; "}}
		if b := f.byteAt(lparen + 1); b == ' ' || b == '\t' || b == '\n' {
			slots = append(slots, slot{lparen + 1, lparen + 2, "", "; " + string(b)})
		}
		spread(list, slots, func(a addedImport, _ bool) string { return a.Spec })
		return
	}
	slots := []slot{{pos: lparen + 1, end: lparen + 1}, {lparen, lparen + 1, "(", ""}}
	if bytes.HasPrefix(f.Src[f.tf.Offset(lparen)+1:], []byte(nl)) {
		slots = append(slots, slot{lparen + 1, lparen + 1 + token.Pos(len(nl)), "", nl})
	}
	spread(list[:tail], slots, func(a addedImport, _ bool) string {
		if a.In == OwnPart {
			return nl + "\t" + a.Spec + nl
		}
		return nl + "\t" + a.Spec
	})
	apart := rules.Std(importPath(group.Specs[len(group.Specs)-1]))
	spread(list[tail:], []slot{{pos: end, end: end}, {group.Rparen, group.Rparen + 1, "", ")"}}, func(a addedImport, first bool) string {
		if first && apart {
			return nl + "\t" + a.Spec + nl // not in the paragraph of the standard library
		}
		return "\t" + a.Spec + nl
	})
}

// slotsBefore returns slots before an import without a group, for declarations.
func (f *finder) slotsBefore(single *ast.GenDecl) []slot {
	pos, nl := single.Pos(), f.newline()
	line := pos - token.Pos(len(nl)) // the end of the line above
	begins := f.byteAt(pos-1) == '\n' && string(f.Src[f.tf.Offset(line):f.tf.Offset(pos)]) == nl
	counted := f.counted(pos)
	switch {
	case begins && counted:
		slots := []slot{{pos, pos, "", "; "}, {line, pos, nl, "; "}}
		if f.byteAt(line-1) == '\n' {
			slots = append(slots, slot{pos: line, end: line})
		}
		return slots
	case begins:
		slots := []slot{{pos, pos, "", nl}, {line, pos, nl, nl}, {line, line, nl, ""}}
		if f.byteAt(line-1) == '\n' {
			slots = append(slots, slot{line - 1, line, "\n" + nl, ""})
		}
		return slots
	}
	slots := []slot{{pos, pos, "", "; "}}
	if b := f.byteAt(pos - 1); b == ' ' || b == '\t' || b == ';' {
		slots = append(slots, slot{pos - 1, pos, string(b), "; "})
		if b := f.byteAt(pos - 2); b == ' ' || b == '\t' || b == ';' {
			slots = append(slots, slot{pos - 2, pos - 1, string(b), "; "})
		}
	}
	return slots
}

// addBehindPackage adds declarations behind the package clause.
func (f *finder) addBehindPackage(list []addedImport) {
	nl := f.newline()
	at := f.behind(f.Syntax.Name.End())
	rest := f.Src[f.tf.Offset(at):]
	end := bytes.IndexByte(rest, '\n')
	slots := []slot{{pos: at, end: at}}
	alone := !f.counted(at) && end >= 0 && len(bytes.TrimSpace(rest[:end])) == 0
	if alone && bytes.HasPrefix(rest, []byte(nl)) {
		slots = append(slots, slot{at, at + token.Pos(len(nl)), "", nl})
	}
	if b := f.byteAt(at - 1); b < utf8.RuneSelf {
		slots = append(slots, slot{at - 1, at, string(b), ""})
	}
	spread(list, slots, func(a addedImport, first bool) string {
		switch {
		case !alone:
			return "; import " + a.Spec
		case first:
			return nl + nl + "import " + a.Spec
		}
		return nl + "import " + a.Spec
	})
}

// A slot is where text can be added: an insertion, or the replacement of something by
// itself and the text.
type slot struct {
	pos, end      token.Pos
	before, after string
}

// spread gives each import a slot, in the order of both. Slots are listed in the order of
// preference. The first is an insertion, so that several imports can share it if there are
// not enough slots for all.
func spread(list []addedImport, slots []slot, text func(a addedImport, first bool) string) {
	insertion := slots[0]
	slots = slices.Clone(slots[:min(len(list), len(slots))])
	slices.SortFunc(slots, func(a, b slot) int { return cmp.Or(int(a.pos-b.pos), int(a.end-b.end)) })
	for at := slices.Index(slots, insertion); at >= 0 && len(slots) < len(list); {
		slots = slices.Insert(slots, at, insertion)
	}
	for i, a := range list {
		s := slots[i]
		list[i].edit = Edit{s.pos, s.end, s.before + text(a, i == 0) + s.after}
	}
}

func (f *File) byteAt(pos token.Pos) byte { return f.Src[f.tf.Offset(pos)] }

// names reports whether text has something of the package of this name: of _green, green is
// not one.
func names(text, pkg string) bool {
	for at := 0; ; at++ {
		i := strings.Index(text[at:], pkg+".")
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if before != '.' && before != '_' && !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return true
		}
	}
}

// unused finds the imports whose every use is replaced.
func (f *finder) unused(active []*Site) {
	before, after := map[*types.PkgName]int{}, map[*types.PkgName]int{}
	last := map[*types.PkgName]*Site{}
	dots := map[*types.Package]*types.PkgName{}
	for _, spec := range f.Syntax.Imports {
		if name := f.Info.PkgNameOf(spec); name != nil && name.Name() == "." {
			dots[name.Imported()] = name
		}
	}
	type use struct {
		pos  token.Pos
		name *types.PkgName
	}
	var uses []use
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
				uses = append(uses, use{n.Pos(), name})
			}
		}
		return true
	})
	slices.SortStableFunc(uses, func(a, b use) int { return int(a.pos - b.pos) })
	at := sweep(spansOf(active, func(p Part, add func(pos, end token.Pos)) { add(p.Pos, p.End) }))
	for _, u := range uses {
		before[u.name]++
		dropping := len(active) // the first whose replacement drops it
		for _, part := range at(u.pos) {
			if part.site < dropping && active[part.site].drops(u.pos) {
				dropping = part.site
			}
		}
		if dropping < len(active) {
			last[u.name] = active[dropping]
		} else {
			after[u.name]++
		}
	}
	// Replacements name packages too, in conversions and wrappers.
	for _, s := range active {
		for _, p := range s.Template.Parts {
			text := f.Qualify(p.Text)
			for name := range before {
				if names(text, name.Name()) {
					after[name]++
				}
			}
		}
	}
	for _, spec := range f.Syntax.Imports {
		if name := f.Info.PkgNameOf(spec); name != nil && before[name] > 0 && after[name] == 0 {
			f.Unused = append(f.Unused, spec)
			if s := last[name]; isDot(spec) && !f.counted(spec.Pos()) {
				s.dots = append(s.dots, spec)
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
