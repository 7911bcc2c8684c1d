package find

import (
	"bytes"
	"go/ast"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// resolve finds out which sites lie in operands that others move, names the packages that
// replacements name, and finds the imports that are no longer needed.
func (f *finder) resolve() {
	if f.Src == nil {
		return
	}
	active := f.active()
	at := sweep(spansOf(active, func(p Part, add func(pos, end token.Pos)) {
		for _, h := range p.Holes {
			if h.Moved {
				add(h.X.Pos(), h.X.End())
			}
		}
	}))
	for _, s := range active {
		innermost := -1 // it comes last
		for _, outer := range at(s.Pos) {
			if active[outer.site] != s && s.Pos < outer.end {
				innermost = max(innermost, outer.site)
			}
		}
		if innermost >= 0 {
			s.owner, s.Inside = active[innermost], true
			s.owner.inner = append(s.owner.inner, s)
		}
	}
	f.nameImports(active)
	f.unused(active)
}

func (f *File) active() []*Site {
	return slices.DeleteFunc(slices.Clone(f.Sites), func(s *Site) bool { return !s.Active() })
}

// Edit gives every active site its edits.
func (f *File) Edit() {
	if f.finder == nil || f.Src == nil || f.edited {
		return
	}
	f.edited = true
	active := f.active()
	for _, s := range active {
		s.raw = nil
	}
	// Inner sites come last: what they become is ready when an enclosing site
	// moves them.
	for _, s := range slices.Backward(active) {
		for _, p := range s.Template.Parts {
			s.raw = append(s.raw, f.finder.partEdits(s, p)...)
		}
	}
	distinct(active)
	for _, s := range active {
		if s.Inside {
			continue
		}
		s.Edits = s.raw
		for _, spec := range s.dots {
			s.Edits = append(s.Edits, f.removeDot(spec))
		}
	}
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
	for _, s := range owner.inner {
		if x.Pos() <= s.Pos && s.Pos < x.End() {
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
	for _, p := range s.Template.Parts {
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
	case strings.HasPrefix(text, ")") && strings.Contains(text, "), "): // the end of one operand and the start of the next
		i := strings.Index(text, "), ")
		return text[:i+2] + " " + trivia + text[i+3:]
	case body != "" && strings.ContainsRune("(,=;{:", rune(body[len(body)-1])):
		return body + " " + trivia
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
	f.Edit()
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
