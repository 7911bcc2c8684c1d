package find

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

const (
	skipDirective   = "//greenify:skip"
	ignoreDirective = "//greenify:ignore-file"
)

// A skip is a directive with a reason, and the range that it is for.
type skip struct {
	comment      *ast.Comment
	name, reason string
	from, to     token.Pos
	used         bool
}

// directives applies the comments that skip sites. A skip at the end of a line
// is for the sites that start on the line; on a line of its own, for the next
// line; in the comment above a declaration, for the declaration. Every
// directive gives a reason and is used, or is a finding. It may be used by a site
// of another module group than those to patch, and by main or a test, which would
// start the hub if only another package is patched.
func (f *finder) directives(others []*Site) {
	for _, group := range f.Syntax.Comments {
		for _, c := range group.List {
			name, reason, ok := directive(c.Text)
			if !ok {
				continue
			}
			if name != skipDirective && name != ignoreDirective {
				f.finding(c, name+" is not a directive: write "+skipDirective+" or "+ignoreDirective)
				continue
			}
			if reason == "" {
				f.finding(c, name+" has no reason: write one behind it")
				reason = "no reason"
			}
			d := &skip{comment: c, name: name, reason: reason, from: f.Syntax.FileStart, to: f.Syntax.FileEnd}
			if name == ignoreDirective {
				f.Ignored = reason
			} else {
				d.from, d.to = f.reach(c)
			}
			f.skips = append(f.skips, d)
		}
	}
	for _, s := range slices.Concat(f.Sites, others) {
		if s.Kind != Directive {
			s.Skip = f.skipped(s.Pos)
		}
	}
	for _, d := range f.Syntax.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && (f.isMain(d) || f.test() && f.testFunc(d) != "") {
			f.skipped(d.Name.Pos())
		}
	}
}

// skipped returns the reason of the directive that is for what is at pos, which
// thereby is used; "" if there is none.
func (f *finder) skipped(pos token.Pos) (reason string) {
	for _, d := range f.skips {
		if d.from <= pos && pos < d.to {
			d.used, reason = true, d.reason
		}
	}
	return reason
}

// unusedSkips reports the directives that skip nothing, when all sites are known.
func (f *finder) unusedSkips() {
	for _, d := range f.skips {
		if d.used {
			continue
		}
		why := " skips nothing: delete it"
		for _, s := range f.Sites {
			switch {
			case s.Pos < d.from || d.to <= s.Pos:
			case s.Kind == Register:
				why = " does not keep a patched package from registering itself: delete it"
			case s.Kind == Mixed:
				why = " does not keep a file as it is: write " + ignoreDirective
			}
		}
		f.finding(d.comment, d.name+why)
	}
}

// IgnoresFile reports whether a file has a directive that keeps all of it as it is.
func IgnoresFile(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if name, _, _ := directive(c.Text); name == ignoreDirective {
				return true
			}
		}
	}
	return false
}

func (f *finder) finding(c *ast.Comment, message string) {
	f.add(&Site{Pos: c.Pos(), End: c.End(), Kind: Directive, What: "directive", Message: message})
}

// directive splits a comment of the form //greenify:name reason.
func directive(text string) (name, reason string, ok bool) {
	if !strings.HasPrefix(text, "//greenify:") {
		return "", "", false
	}
	name, reason = text, ""
	if i := strings.IndexAny(text, " \t\r"); i >= 0 {
		name, reason = text[:i], text[i:]
	}
	return name, strings.TrimSpace(reason), true
}

// reach returns the range of positions that a skip directive is for: the rest of its
// line, or the first line below it that is not a comment, and if a declaration begins
// there all of that. Lines are those of the file, whatever its line directives say:
// those count lines of another file, and package parser goes by them, so that a comment
// above one is not the Doc of a declaration.
func (f *finder) reach(c *ast.Comment) (from, to token.Pos) {
	for _, d := range f.Syntax.Decls {
		if doc := docOf(d); doc != nil && doc.Pos() <= c.Pos() && c.Pos() < doc.End() {
			return d.Pos(), d.End()
		}
	}
	line := f.line(c.Pos())
	if f.begins(c.Pos()) {
		for line++; f.comments(line); line++ {
		}
		if line > f.tf.LineCount() {
			return c.Pos(), c.Pos()
		}
		for _, d := range f.Syntax.Decls {
			if f.line(d.Pos()) == line && f.begins(d.Pos()) {
				return d.Pos(), d.End()
			}
		}
	}
	from = f.tf.LineStart(line)
	if line == f.tf.LineCount() {
		return from, f.Syntax.FileEnd
	}
	return from, f.tf.LineStart(line + 1)
}

func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}
