package find

import (
	"bytes"
	"go/ast"
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/runtime/arity"
)

// A Shape is a replacement, as source text with holes. The back ends fill the
// holes with the operands of the original: as bytes that stay where they are,
// or as nodes.
type Shape struct {
	Node    ast.Node // what is replaced: an expression or a statement
	Parts   []Part   // one; for a select with clauses the header, then each clause's head
	Clauses bool
}

// A Part replaces the source from Pos to End. In Text, $0$ is the first hole, § the
// qualifier of package green or package patched, by the name behind it, and ‹path› that
// of a package that the file does not import.
type Part struct {
	Pos, End token.Pos
	Text     string
	Holes    []Hole
}

// A Hole is an operand. It stays in place unless it is Moved: holes that stay
// are in source order.
type Hole struct {
	X     ast.Expr
	Moved bool
	Copy  bool // Moved, and another hole contains X
}

func in(x ast.Expr) Hole    { return Hole{X: x} }
func moved(x ast.Expr) Hole { return Hole{X: x, Moved: true} }
func again(x ast.Expr) Hole { return Hole{X: x, Moved: true, Copy: true} }

func replace(n ast.Node, text string, holes ...Hole) *Shape {
	return &Shape{Node: n, Parts: []Part{{Pos: n.Pos(), End: n.End(), Text: text, Holes: holes}}}
}

// Qualify writes the qualifiers into the text of a part.
func (f *File) Qualify(text string) string {
	text = runtimeName.ReplaceAllStringFunc(text, func(ref string) string {
		name := strings.TrimPrefix(ref, "§")
		return f.Names[home(name)] + "." + name
	})
	return packageRef.ReplaceAllStringFunc(text, func(ref string) string { return f.Names[unref(ref)] + "." })
}

// refs returns the paths of the packages that the text of a part refers to.
func refs(text string) []string {
	var paths []string
	for _, name := range runtimeName.FindAllString(text, -1) {
		paths = append(paths, home(strings.TrimPrefix(name, "§")))
	}
	for _, ref := range packageRef.FindAllString(text, -1) {
		paths = append(paths, unref(ref))
	}
	return paths
}

// runtimeName matches a name of package green or package patched in the text of a part.
var runtimeName = regexp.MustCompile(`§\w+`)

// home is the path of the package that a name is of: green or patched.
func home(name string) string {
	if _, generated := arity.Of(name); generated || inPatched[name] || strings.HasPrefix(name, "SupportsVersion") {
		return PatchedPath
	}
	return GreenPath
}

// inPatched are the names of package patched that are not generated.
var inPatched = map[string]bool{
	"Enter": true, "EnterReader": true, "EnterWriter": true, "FromStd": true, "GroupGo": true, "Main": true, "Reader": true,
	"Recv2To": true, "Register": true, "Test": true, "To": true, "Writer": true,
}

// Qualified writes a name of package green or package patched for people.
func Qualified(name string) string {
	if home(name) == PatchedPath {
		return "patched." + name
	}
	return "green." + name
}

// packageRef matches a reference to a package in the text of a part.
var packageRef = regexp.MustCompile(`‹[^›]*›`)

// readable writes a text for people.
func readable(text string) string {
	text = runtimeName.ReplaceAllStringFunc(text, func(ref string) string { return Qualified(strings.TrimPrefix(ref, "§")) })
	return packageRef.ReplaceAllStringFunc(text, func(ref string) string { return path.Base(unref(ref)) + "." })
}

// unref is the path that a reference names.
func unref(ref string) string { return strings.TrimSuffix(strings.TrimPrefix(ref, "‹"), "›") }

// HoleRef matches a reference to a hole in the text of a part.
var HoleRef = regexp.MustCompile(`\$(\d+)\$`)

// edit names the packages that replacements name, writes the edits of every active site
// and finds the imports that are no longer needed.
func (f *finder) edit() {
	if f.Src == nil {
		return
	}
	active := slices.DeleteFunc(slices.Clone(f.Sites), func(s *Site) bool { return !s.Active() })
	for _, s := range active {
		for _, outer := range active {
			if outer != s && outer.moves(s.Pos) {
				s.owner, s.Inside = outer, true // the innermost comes last
			}
		}
	}
	f.nameImports(active)
	// Inner sites come last: what they become is ready when an enclosing site
	// moves them.
	for _, s := range slices.Backward(active) {
		for _, p := range s.Shape.Parts {
			s.raw = append(s.raw, f.partEdits(s, p)...)
		}
	}
	distinct(active)
	for _, s := range active {
		if !s.Inside {
			s.Edits = s.raw
		}
	}
	f.unused(active)
}

// moves reports whether the replacement of s moves the operand at pos.
func (s *Site) moves(pos token.Pos) bool {
	for _, p := range s.Shape.Parts {
		for _, h := range p.Holes {
			if h.Moved && h.X.Pos() <= pos && pos < h.X.End() {
				return true
			}
		}
	}
	return false
}

// partEdits turns a part into edits of the gaps between the holes that stay.
func (f *finder) partEdits(s *Site, p Part) []Edit {
	var (
		edits []Edit
		text  = f.Qualify(p.Text)
		refs  = HoleRef.FindAllStringSubmatchIndex(text, -1)
		gap   strings.Builder
		from  = p.Pos
		at    = 0
	)
	flush := func(to token.Pos) {
		if e, ok := f.gapEdit(s, from, to, gap.String()); ok {
			edits = append(edits, e)
		}
		gap.Reset()
	}
	for _, r := range refs {
		i, _ := strconv.Atoi(text[r[2]:r[3]])
		h := p.Holes[i]
		gap.WriteString(text[at:r[0]])
		at = r[1]
		if h.Moved {
			gap.WriteString(f.moved(s, h.X))
			continue
		}
		flush(h.X.Pos())
		from = h.X.End()
	}
	gap.WriteString(text[at:])
	flush(p.End)
	return edits
}

// moved returns the source of an operand with the sites inside replaced.
func (f *finder) moved(owner *Site, x ast.Expr) string {
	var edits []Edit
	for _, s := range f.Sites {
		if s.owner == owner && x.Pos() <= s.Pos && s.Pos < x.End() {
			edits = append(edits, s.raw...)
		}
	}
	return string(applyRange(f.tf, f.Src, x.Pos(), x.End(), edits))
}

// gapEdit returns the edit that replaces a gap by text. Comments and newlines
// of the gap stay.
func (f *finder) gapEdit(s *Site, from, to token.Pos, text string) (Edit, bool) {
	src := f.Src[f.tf.Offset(from):f.tf.Offset(to)]
	old, _ := scan(src)
	_, trivia := scan(f.without(s, src, from))
	new, _ := scan([]byte(text))
	if slices.Equal(old, new) {
		return Edit{}, false
	}
	if n := len(old) - len(new); n == 1 && old[0] == "," && slices.Equal(old[1:], new) {
		return Edit{}, false // a trailing comma before the closing parenthesis
	}
	return Edit{from, to, weave(text, trivia)}, true
}

// without returns the source from pos with blanks for the operands that the
// replacement of s moves: their comments and newlines move with them.
func (f *finder) without(s *Site, src []byte, pos token.Pos) []byte {
	src = bytes.Clone(src)
	for _, p := range s.Shape.Parts {
		for _, h := range p.Holes {
			if from := int(h.X.Pos() - pos); h.Moved && from >= 0 && from < len(src) {
				to := min(int(h.X.End()-pos), len(src))
				copy(src[from:to], bytes.Repeat([]byte(" "), to-from))
			}
		}
	}
	return src
}

// weave puts comments and newlines into new text where they do not end a
// statement.
func weave(text, trivia string) string {
	if trivia == "" {
		return text
	}
	comma := ""
	if strings.Contains(trivia, "\n") {
		comma = ","
	}
	body := strings.TrimRight(text, " ")
	dot := strings.LastIndexByte(text, '.')
	switch {
	case strings.HasPrefix(text, "; ") && comma != "":
		return trivia + text[2:] // the newline ends the statement
	case strings.HasPrefix(text, ", "):
		return ", " + trivia + text[2:]
	case body != "" && strings.ContainsRune("(,=;{:", rune(body[len(body)-1])):
		return body + " " + trivia
	case strings.HasPrefix(text, ")"):
		return comma + trivia + text
	case strings.HasSuffix(text, ")"):
		return text[:len(text)-1] + comma + trivia + ")"
	case dot >= 0 && token.IsIdentifier(text[dot+1:]):
		return text[:dot+1] + trivia + text[dot+1:]
	}
	return trivia + text
}

// scan returns the tokens of a piece of source, and its comments and newlines.
func scan(src []byte) (tokens []string, trivia string) {
	var (
		s    scanner.Scanner
		fset = token.NewFileSet()
		tf   = fset.AddFile("", -1, len(src))
		out  strings.Builder
		end  = 0
		nl   = "\n"
	)
	if bytes.Contains(src, []byte("\r\n")) {
		nl = "\r\n"
	}
	s.Init(tf, src, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.SEMICOLON && lit == "\n" {
			continue
		}
		at := len(src)
		if tok != token.EOF {
			at = tf.Offset(pos)
		}
		if at > end {
			out.WriteString(strings.Repeat(nl, bytes.Count(src[end:at], []byte("\n"))))
		}
		switch tok {
		case token.EOF:
			return tokens, out.String()
		case token.COMMENT:
			out.WriteString(lit)
		default:
			if lit == "" || tok == token.SEMICOLON {
				lit = tok.String()
			}
			tokens = append(tokens, lit)
		}
		end = at + len(lit)
	}
}

// distinct makes insertions of different sites at one position differ. Batch
// drivers merge fixes and take equal insertions for one, as they should for
// imports; a blank, which gofmt removes, keeps two closing parentheses two.
func distinct(sites []*Site) {
	seen := map[Edit]bool{}
	for _, s := range sites {
		for i := range s.raw {
			e := &s.raw[i]
			for e.Pos == e.End && seen[*e] {
				e.New += " "
			}
			seen[*e] = true
		}
	}
}

// Apply returns the source of the file with every active site replaced, the
// import added and unused imports removed: blanked, where lines must stay. Without
// active sites no byte changes.
func (f *File) Apply() []byte {
	if !f.Active() || f.Src == nil {
		return f.Src
	}
	var edits []Edit
	for _, s := range f.Sites {
		for _, e := range s.Imports {
			if !slices.Contains(edits, e) {
				edits = append(edits, e)
			}
		}
	}
	for _, s := range f.Sites {
		edits = append(edits, s.Edits...)
	}
	edits = append(edits, f.removeImports()...)
	return applyRange(f.tf, f.Src, token.Pos(f.tf.Base()), token.Pos(f.tf.Base()+f.tf.Size()), edits)
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

// applyRange returns the source from pos to end with the edits made.
// Inv: the edits do not overlap; insertions at one position are in order.
func applyRange(tf *token.File, src []byte, pos, end token.Pos, edits []Edit) []byte {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Pos != b.Pos {
			return int(a.Pos - b.Pos)
		}
		return int(a.End - b.End) // insertions first
	})
	var out []byte
	at := tf.Offset(pos)
	for _, e := range edits {
		out = append(out, src[at:tf.Offset(e.Pos)]...)
		out = append(out, e.New...)
		at = tf.Offset(e.End)
	}
	return append(out, src[at:tf.Offset(end)]...)
}
