package find

import (
	"bytes"
	"go/ast"
	"go/token"
	"strings"
)

// LineDirectives reports whether the file has any.
func (f *File) LineDirectives() bool { return f.directive.IsValid() }

// counted reports whether a line directive counts the lines from pos on.
func (f *File) counted(pos token.Pos) bool { return f.directive.IsValid() && f.directive < pos }

// lineDirective is where the first line directive of a file is (cmd/compile, "Compiler
// Directives": //line in column 1, or /*line anywhere).
func lineDirective(tf *token.File, file *ast.File) token.Pos {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//line ") && tf.PositionFor(c.Pos(), false).Column == 1 || strings.HasPrefix(c.Text, "/*line ") {
				return c.Pos()
			}
		}
	}
	return token.NoPos
}

// newline is how lines of the file end.
func (f *File) newline() string {
	if bytes.Contains(f.Src, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// ends reports whether nothing follows pos on its line.
func (f *finder) ends(pos token.Pos) bool {
	rest, _, _ := bytes.Cut(f.Src[f.tf.Offset(pos):], []byte("\n"))
	return len(bytes.TrimSpace(rest)) == 0
}

// behind returns where to insert what comes after pos: behind the comments, if
// nothing else follows on the line.
func (f *finder) behind(pos token.Pos) token.Pos {
	if f.counted(pos) || f.Src == nil {
		return pos
	}
	line, _, _ := bytes.Cut(f.Src[f.tf.Offset(pos):], []byte("\n"))
	line = bytes.TrimRight(line, " \t\r")
	for rest := line; ; {
		rest = bytes.TrimLeft(rest, " \t")
		switch end := bytes.Index(rest, []byte("*/")); {
		case len(rest) == 0, bytes.HasPrefix(rest, []byte("//")):
			return pos + token.Pos(len(line))
		case bytes.HasPrefix(rest, []byte("/*")) && end >= 0:
			rest = rest[end+len("*/"):]
		default:
			return pos
		}
	}
}

// newDecl separates a declaration at pos from the one before.
func (f *finder) newDecl(pos token.Pos) string {
	if f.counted(pos) {
		return "; "
	}
	return f.newline() + f.newline()
}

// line is the line of the file that pos is on; token.File.Line is that of the line
// directives.
func (f *finder) line(pos token.Pos) int { return f.tf.PositionFor(pos, false).Line }

// begins reports whether nothing but blanks precedes pos on its line.
func (f *finder) begins(pos token.Pos) bool {
	start := f.tf.LineStart(f.line(pos))
	return f.Src != nil && strings.TrimSpace(string(f.Src[f.tf.Offset(start):f.tf.Offset(pos)])) == ""
}

// comments reports whether a line has one comment that begins with // and nothing
// else.
func (f *finder) comments(line int) bool {
	if line > f.tf.LineCount() || f.Src == nil {
		return false
	}
	text, _, _ := strings.Cut(string(f.Src[f.tf.Offset(f.tf.LineStart(line)):]), "\n")
	return strings.HasPrefix(strings.TrimSpace(text), "//")
}
