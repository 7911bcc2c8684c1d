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

// directives applies the comments that skip sites. A skip at the end of a line
// is for the sites that start on the line; on a line of its own, for the next
// line; in the comment above a declaration, for the declaration. Every
// directive gives a reason and is used, or is a finding. It may be used by a site
// of another module group than those to patch.
func (f *finder) directives(others []*Site) {
	for _, group := range f.Syntax.Comments {
		for _, c := range group.List {
			name, reason, ok := directive(c.Text)
			if !ok {
				continue
			}
			if name != skipDirective && name != ignoreDirective {
				f.finding(c, name+" is no directive: write "+skipDirective+" or "+ignoreDirective)
				continue
			}
			if reason == "" {
				f.finding(c, name+" has no reason: write one behind it")
				reason = "no reason"
			}
			var from, to token.Pos
			if name == ignoreDirective {
				f.Ignored = reason
				from, to = f.Syntax.FileStart, f.Syntax.FileEnd
			} else {
				from, to = f.reach(c)
			}
			used := false
			for _, s := range slices.Concat(f.Sites, others) {
				if s.Kind != Directive && from <= s.Pos && s.Pos < to {
					s.Skip, used = reason, true
				}
			}
			if !used {
				f.finding(c, name+" skips nothing: delete it")
			}
		}
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

// reach returns the range of positions that a skip directive is for.
func (f *finder) reach(c *ast.Comment) (from, to token.Pos) {
	for _, d := range f.Syntax.Decls {
		var doc *ast.CommentGroup
		switch d := d.(type) {
		case *ast.FuncDecl:
			doc = d.Doc
		case *ast.GenDecl:
			doc = d.Doc
		}
		if doc != nil && doc.Pos() <= c.Pos() && c.Pos() < doc.End() {
			return d.Pos(), d.End()
		}
	}
	line := f.tf.Line(c.Pos())
	from = f.tf.LineStart(line)
	if f.Src != nil && strings.TrimSpace(string(f.Src[f.tf.Offset(from):f.tf.Offset(c.Pos())])) == "" {
		line++
		if line > f.tf.LineCount() {
			return c.Pos(), c.Pos()
		}
		from = f.tf.LineStart(line)
	}
	if line == f.tf.LineCount() {
		return from, f.Syntax.FileEnd
	}
	return from, f.tf.LineStart(line + 1)
}
