package insource

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
	"github.com/dave/dst/dstutil"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// patchFiles returns the new source of each file that changes. dst writes a file as gofmt
// does; of one that is not so, what is not patched stays as it was (merge). A file with line
// directives, which say what line follows, and one that cannot be merged are edited in their
// bytes.
func patchFiles(fset *token.FileSet, files []*find.File) (map[string][]byte, error) {
	patched := map[string][]byte{}
	for _, f := range files {
		if !f.Active() || f.Generated {
			continue
		}
		out, err := patchFile(fset, f)
		if err != nil {
			return nil, err
		}
		patched[f.Name] = out
	}
	return patched, nil
}

func patchFile(fset *token.FileSet, f *find.File) ([]byte, error) {
	// dst counts lines as the parser leaves them, without carriage returns.
	src := bytes.ReplaceAll(bytes.TrimPrefix(f.Src, bom), []byte("\r\n"), []byte("\n"))
	base, err := format.Source(src)
	if err != nil || f.LineDirectives() {
		return f.Apply(), nil
	}
	t := &syntaxTree{fset, f.Syntax, nil}
	if !bytes.Equal(base, f.Src) {
		if t, err = twinTree(base, f.Syntax); err != nil {
			return f.Apply(), nil
		}
	}
	out, err := patch(t, f)
	if err != nil {
		return nil, err
	}
	if merged, ok := merge(f.Src, base, out); ok {
		return merged, nil
	}
	return f.Apply(), nil
}

// A syntaxTree is the syntax that dst is given for a file: that of the file, or of what gofmt makes
// of it.
type syntaxTree struct {
	fset *token.FileSet
	file *ast.File
	twin map[ast.Node]ast.Node // by the node of the file; nil if it is the same
}

// twinTree parses what gofmt has made of a file. The file was searched, and need not be
// again: gofmt moves tokens and sorts imports, and but for that the trees are the same.
// Where they are not, as with an empty statement, which gofmt leaves out, there is an error.
func twinTree(src []byte, of *ast.File) (*syntaxTree, error) {
	t := &syntaxTree{fset: token.NewFileSet(), twin: map[ast.Node]ast.Node{}}
	var err error
	if t.file, err = parser.ParseFile(t.fset, "", src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	a, b := nodesOf(of), nodesOf(t.file)
	if len(a) != len(b) {
		return nil, fmt.Errorf("%d nodes became %d", len(a), len(b))
	}
	for i, n := range a {
		x, isIdent := n.(*ast.Ident)
		y, _ := b[i].(*ast.Ident)
		if reflect.TypeOf(n) != reflect.TypeOf(b[i]) || isIdent && x.Name != y.Name {
			return nil, fmt.Errorf("%T became %T", n, b[i])
		}
		t.twin[n] = b[i]
	}
	return t, nil
}

// nodesOf lists the nodes of a file but for comments: the imports of a declaration in order,
// and all others as they come.
func nodesOf(file *ast.File) []ast.Node {
	var list []ast.Node
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.CommentGroup, *ast.Comment:
			return false
		case *ast.GenDecl:
			if n.Tok == token.IMPORT {
				list = append(list, n)
				specs := slices.Clone(n.Specs)
				slices.SortStableFunc(specs, func(a, b ast.Spec) int { return strings.Compare(importKey(a), importKey(b)) })
				for _, s := range specs {
					ast.Inspect(s, visit)
				}
				return false
			}
		}
		list = append(list, n)
		return true
	}
	ast.Inspect(file, visit)
	return list
}

func importKey(s ast.Spec) string {
	spec, name := s.(*ast.ImportSpec), ""
	if spec.Name != nil {
		name = spec.Name.Name
	}
	return spec.Path.Value + " " + name
}

// patch returns the source of a file with every site replaced, as gofmt would
// write it. It fills the templates of the sites with nodes, so that comments move
// with what they belong to; those inside text that goes away are put above the
// statement. Imports are edited by hand: the import management of dst knows
// neither two imports of one path nor scopes.
func patch(t *syntaxTree, f *find.File) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: patch: %v", f.Name, r)
		}
	}()
	dec := decorator.NewDecorator(t.fset)
	file, err := dec.DecorateFile(t.file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	p := &patcher{File: f, tree: t, nodes: dec.Dst.Nodes, sites: map[dst.Node][]*find.Site{}, became: map[dst.Node]dst.Node{}}
	var register *find.Site
	var starts []*find.Site
	for _, s := range f.Sites {
		if !s.Active() {
			continue
		}
		_, first := s.Template.Node.(*ast.FuncDecl) // a statement that a function begins with
		switch {
		case first:
			starts = append(starts, s)
		case s.Kind == find.Register && s.What == "package":
			register = s
		default:
			n := p.node(s.Template.Node)
			p.sites[n] = append(p.sites[n], s)
		}
	}
	dstutil.Apply(file, p.enter, p.leave)
	if p.err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, p.err)
	}
	for _, start := range starts {
		body := p.node(start.Template.Node).(*dst.FuncDecl).Body
		stmt := p.parseStmt(strings.Trim(start.Template.Parts[0].Text, " ;"), nil)
		stmt.Decorations().Before = dst.NewLine
		begin(stmt, &body.Decs.Lbrace)
		body.List = slices.Insert(body.List, 0, stmt)
	}
	p.imports(file)
	if register != nil {
		decl := p.parseDecl(strings.Trim(register.Template.Parts[0].Text, "; \r\n"))
		decl.Decorations().Before, decl.Decorations().After = dst.EmptyLine, dst.EmptyLine
		file.Decls = slices.Insert(file.Decls, lastImport(file)+1, decl)
	}
	var buf bytes.Buffer
	if err := decorator.Fprint(&buf, file); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return buf.Bytes(), nil
}

type patcher struct {
	*find.File
	tree   *syntaxTree
	nodes  map[ast.Node]dst.Node     // of the tree
	sites  map[dst.Node][]*find.Site // the enclosing site first
	became map[dst.Node]dst.Node
	stmts  []dst.Stmt // around the node that Apply is at
	err    error
}

// node is what dst has for a node of the file.
func (p *patcher) node(n ast.Node) dst.Node {
	if p.tree.twin != nil {
		n = p.tree.twin[n]
	}
	return p.nodes[n]
}

func (p *patcher) enter(c *dstutil.Cursor) bool {
	if s, ok := c.Node().(dst.Stmt); ok {
		p.stmts = append(p.stmts, s)
	}
	return true
}

// leave replaces a node when everything inside it is replaced.
func (p *patcher) leave(c *dstutil.Cursor) bool {
	n := c.Node()
	if _, ok := n.(dst.Stmt); ok {
		p.stmts = p.stmts[:len(p.stmts)-1]
	}
	for _, s := range slices.Backward(p.sites[n]) {
		var m dst.Node
		if clause, ok := n.(*dst.CommClause); ok {
			m = p.prefixed(clause, &clause.Body, &clause.Decs.Colon, s.Template)
		} else if loop, ok := n.(*dst.ForStmt); ok {
			m = p.prefixed(loop, &loop.Body.List, &loop.Body.Decs.Lbrace, s.Template)
		} else if s.Template.Clauses {
			m = p.selected(n.(*dst.SelectStmt), s.Template)
		} else {
			m = p.fill(n, s.Template)
		}
		if m == nil {
			return false
		}
		p.became[n] = m
	}
	if m, ok := p.became[n]; ok {
		c.Replace(m)
	}
	return true
}

// fill builds the replacement of n from the one part of a template.
func (p *patcher) fill(n dst.Node, tmpl *find.Template) dst.Node {
	part := tmpl.Parts[0]
	holes := p.holes(part)
	var m dst.Node
	if _, ok := n.(dst.Expr); ok {
		m = p.parseExpr(part.Text, holes)
	} else {
		m = p.parseStmt(part.Text, holes)
	}
	if m == nil {
		return nil
	}
	old := p.now(n)
	if slices.Contains(holes, old) {
		lift(m, []dst.Node{old})
		return m
	}
	if call, ok := old.(*dst.CallExpr); ok {
		var args []dst.Node
		for _, x := range call.Args {
			args = append(args, x)
		}
		lift(m, args)
	}
	lost := comments(old, holes)
	a, b := old.Decorations(), m.Decorations()
	b.Before, b.After = a.Before, a.After
	b.Start = append(slices.Clone(a.Start), b.Start...)
	b.End = append(b.End, a.End...)
	p.rescue(m, lost)
	return m
}

// lift has calls around operands, conversions and wrappers, stand where the operands did: on
// a line of their own, behind the comments above and before those that follow.
func lift(m dst.Node, operands []dst.Node) {
	dst.Inspect(m, func(n dst.Node) bool {
		if slices.Contains(operands, n) {
			return false
		}
		outer, ok := n.(*dst.CallExpr)
		for call := outer; ok && len(call.Args) == 1; {
			x := call.Args[0]
			if slices.Contains(operands, dst.Node(x)) {
				from := x.Decorations()
				outer.Decs.NodeDecs = *from
				*from = dst.NodeDecs{}
				return true
			}
			call, ok = x.(*dst.CallExpr)
		}
		return true
	})
}

// begin has a statement be the first behind a brace or colon: a comment on the line of that
// stays there, those on lines of their own are behind the statement.
func begin(stmt dst.Stmt, behind *dst.Decorations) {
	if i := slices.Index(*behind, "\n"); i >= 0 {
		stmt.Decorations().End = slices.Clone((*behind)[i:])
		*behind = (*behind)[:i]
	}
}

// prefixed puts a statement at the start of a clause or loop.
func (p *patcher) prefixed(n dst.Node, body *[]dst.Stmt, behind *dst.Decorations, tmpl *find.Template) dst.Node {
	stmt := p.parseStmt(strings.Trim(tmpl.Parts[0].Text, " ;\r\n\t"), nil)
	if stmt == nil {
		return nil
	}
	stmt.Decorations().Before = dst.NewLine
	if len(*body) > 0 {
		stmt.Decorations().After = dst.NewLine
	} else if clause, ok := n.(*dst.CommClause); ok { // what is behind the colon dst has at the end
		i := slices.Index(clause.Decs.End, "\n")
		if i < 0 {
			i = len(clause.Decs.End)
		}
		behind.Append(clause.Decs.End[:i]...)
		clause.Decs.End = clause.Decs.End[i:]
	}
	begin(stmt, behind)
	*body = slices.Insert(*body, 0, stmt)
	return n
}

// now returns what has become of a node.
func (p *patcher) now(n dst.Node) dst.Node {
	if m, ok := p.became[n]; ok {
		return m
	}
	return n
}

// holes returns the operands of a part.
func (p *patcher) holes(part find.Part) []dst.Node {
	var list []dst.Node
	for _, h := range part.Holes {
		n := p.now(p.node(h.X))
		if h.Copy {
			n = bare(n)
		}
		list = append(list, n)
	}
	return list
}

// bare returns a copy of n, which is repeatable (package find), without its
// comments, which the original keeps.
func bare(n dst.Node) dst.Node {
	n = dst.Clone(n)
	dst.Inspect(n, func(m dst.Node) bool {
		switch m := m.(type) {
		case *dst.Ident:
			m.Decs = dst.IdentDecorations{}
		case *dst.SelectorExpr:
			m.Decs = dst.SelectorExprDecorations{}
		case *dst.StarExpr:
			m.Decs = dst.StarExprDecorations{}
		case *dst.ParenExpr:
			m.Decs = dst.ParenExprDecorations{}
		case *dst.IndexExpr:
			m.Decs = dst.IndexExprDecorations{}
		}
		return true
	})
	return n
}

// rescue puts comments that have lost their place above the statement.
func (p *patcher) rescue(m dst.Node, lost []string) {
	if len(lost) == 0 {
		return
	}
	decs := m.Decorations()
	if _, ok := m.(dst.Stmt); !ok && len(p.stmts) > 0 {
		decs = p.stmts[len(p.stmts)-1].Decorations()
	}
	decs.Start.Append(above(lost)...)
	if decs.Before == dst.None {
		decs.Before = dst.NewLine
	}
}

// comments returns the comments inside n, but for those around n and inside the
// nodes that stay.
func comments(n dst.Node, stay []dst.Node) []string {
	var list []string
	dst.Inspect(n, func(m dst.Node) bool {
		if m == nil || slices.Contains(stay, m) {
			return false
		}
		_, _, points := dstutil.Decorations(m)
		for _, point := range points {
			if m == n && (point.Name == "Start" || point.Name == "End") {
				continue
			}
			for _, d := range point.Decs {
				if strings.HasPrefix(d, "/") {
					list = append(list, d)
				}
			}
		}
		return true
	})
	return list
}

// selected builds the switch that takes the place of a select.
func (p *patcher) selected(n *dst.SelectStmt, tmpl *find.Template) dst.Node {
	lost := slices.Clone(n.Decs.Select)
	stmt := p.parseStmt(tmpl.Parts[0].Text+"{}", p.holes(tmpl.Parts[0]))
	m, ok := stmt.(*dst.SwitchStmt)
	if !ok {
		return nil
	}
	m.Decs.NodeDecs = n.Decs.NodeDecs
	m.Body.Decs = n.Body.Decs
	for i, c := range n.Body.List {
		old, part := c.(*dst.CommClause), tmpl.Parts[i+1]
		moved := p.holes(tmpl.Parts[0])
		holes := p.holes(part)
		if old.Comm != nil {
			lost = append(lost, comments(old.Comm, append(moved, holes...))...)
			lost = append(lost, old.Comm.Decorations().Start...)
			lost = append(lost, old.Comm.Decorations().End...)
		}
		s := p.parseStmt("switch {\n"+part.Text+"\n}", holes)
		if s == nil {
			return nil
		}
		clause := s.(*dst.SwitchStmt).Body.List[0].(*dst.CaseClause)
		clause.Decs.NodeDecs = old.Decs.NodeDecs
		clause.Decs.Colon = old.Decs.Colon
		lost = append(append(lost, old.Decs.Case...), old.Decs.Comm...)
		for _, first := range clause.Body {
			first.Decorations().Before, first.Decorations().After = dst.NewLine, dst.NewLine
			// A comment on the line of the case stays on that of what was in it.
			if colon := clause.Decs.Colon; len(colon) > 0 && colon[0] != "\n" {
				end := len(colon)
				if i := slices.Index(colon, "\n"); i >= 0 {
					end = i
				}
				first.Decorations().End, clause.Decs.Colon = slices.Clone(colon[:end]), colon[end:]
			}
		}
		clause.Body = append(clause.Body, old.Body...)
		m.Body.List = append(m.Body.List, clause)
	}
	lost = slices.DeleteFunc(lost, func(d string) bool { return !strings.HasPrefix(d, "/") })
	p.rescue(m, lost)
	return m
}

const holeName = "hole_of_greenify_"

// parse parses source with holes and fills them.
func (p *patcher) parse(text string, holes []dst.Node) *dst.File {
	text = find.HoleRef.ReplaceAllString(p.Qualify(text), holeName+"$1")
	file, err := decorator.Parse(text)
	if err != nil {
		p.err = fmt.Errorf("replacement %q: %w", text, err)
		return nil
	}
	return dstutil.Apply(file, func(c *dstutil.Cursor) bool {
		id, ok := c.Node().(*dst.Ident)
		if !ok {
			return true
		}
		for i, h := range holes {
			if id.Name == fmt.Sprint(holeName, i) {
				c.Replace(h)
				return false // what is in the hole is done
			}
		}
		return true
	}, nil).(*dst.File)
}

func (p *patcher) parseExpr(text string, holes []dst.Node) dst.Node {
	file := p.parse("package p; var _ = "+text, holes)
	if file == nil {
		return nil
	}
	return file.Decls[0].(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Values[0]
}

func (p *patcher) parseStmt(text string, holes []dst.Node) dst.Stmt {
	file := p.parse("package p; func _() { "+text+" }", holes)
	if file == nil {
		return nil
	}
	return file.Decls[0].(*dst.FuncDecl).Body.List[0]
}

func (p *patcher) parseDecl(text string) dst.Decl {
	return p.parse("package p; "+text, nil).Decls[0]
}

// imports adds the import of package green and removes those that nothing
// needs.
func (p *patcher) imports(file *dst.File) {
	unused := map[dst.Spec]bool{}
	for _, spec := range p.Unused {
		unused[p.node(spec).(dst.Spec)] = true
	}
	var group *dst.GenDecl
	at := 0
	for i, d := range file.Decls {
		d, ok := d.(*dst.GenDecl)
		if ok && d.Tok == token.IMPORT && len(d.Specs) > 0 && d.Lparen {
			if d.Specs[0].(*dst.ImportSpec).Path.Value != `"C"` {
				group, at = d, i
			}
		}
	}
	for i, d := range file.Decls {
		d, ok := d.(*dst.GenDecl)
		if ok && group == nil && d.Tok == token.IMPORT && len(d.Specs) > 0 && d.Specs[0].(*dst.ImportSpec).Path.Value != `"C"` {
			if len(d.Decs.Start) == 0 {
				at = i
			}
			break
		}
	}
	added := p.Added()
	first := 0 // where the next one of the group's start goes
	for i, add := range added {
		spec := &dst.ImportSpec{Path: &dst.BasicLit{Kind: token.STRING, Value: add.Spec}}
		if name, path, ok := strings.Cut(add.Spec, " "); ok {
			spec.Name, spec.Path.Value = dst.NewIdent(name), path
		}
		spec.Decs.Before, spec.Decs.After = dst.NewLine, dst.NewLine
		switch add.In {
		case find.OwnPart, find.GroupStart:
			if add.In == find.OwnPart {
				spec.Decs.After = dst.EmptyLine
			}
			group.Specs = slices.Insert(group.Specs, first, dst.Spec(spec))
			first++
		case find.GroupEnd:
			last := group.Specs[len(group.Specs)-1].(*dst.ImportSpec).Path.Value
			if rules.Std(strings.Trim(last, "`\"")) {
				spec.Decs.Before = dst.EmptyLine
			}
			group.Specs = append(group.Specs, spec)
		case find.OwnDecl:
			decl := &dst.GenDecl{Tok: token.IMPORT, Specs: []dst.Spec{spec}}
			decl.Decs.Before, decl.Decs.After = dst.EmptyLine, dst.EmptyLine
			if i+1 < len(added) || lastImport(file) >= at {
				decl.Decs.After = dst.NewLine
			}
			if i > 0 || at > 0 {
				decl.Decs.Before = dst.NewLine
			}
			if at+i < len(file.Decls) {
				// As the text edits: in one block with the import that is there.
				next, ok := file.Decls[at+i].(*dst.GenDecl)
				if ok && next.Tok == token.IMPORT && len(next.Decs.Start) == 0 && next.Specs[0].(*dst.ImportSpec).Path.Value != `"C"` {
					next.Decs.Before = dst.NewLine
				}
			}
			file.Decls = slices.Insert(file.Decls, at+i, dst.Decl(decl))
		}
	}
	for _, d := range file.Decls {
		if d, ok := d.(*dst.GenDecl); ok && d.Tok == token.IMPORT {
			for i, s := range d.Specs {
				if !unused[s] {
					continue
				}
				lost := append(slices.Clone(s.Decorations().Start), s.Decorations().End...)
				if i+1 < len(d.Specs) {
					d.Specs[i+1].Decorations().Start.Prepend(above(lost)...)
				} else {
					d.Decs.End.Prepend(lost...)
				}
			}
			d.Specs = slices.DeleteFunc(d.Specs, func(s dst.Spec) bool { return unused[s] })
		}
	}
	for i, d := range file.Decls {
		if g, ok := d.(*dst.GenDecl); ok && g.Tok == token.IMPORT && len(g.Specs) == 0 {
			if lost := append(slices.Clone(g.Decs.Start), g.Decs.End...); i+1 < len(file.Decls) {
				file.Decls[i+1].Decorations().Start.Prepend(above(lost)...)
			}
		}
	}
	file.Decls = slices.DeleteFunc(file.Decls, func(d dst.Decl) bool {
		g, ok := d.(*dst.GenDecl)
		return ok && g.Tok == token.IMPORT && len(g.Specs) == 0
	})
}

// above makes comments lines of their own.
func above(comments []string) []string {
	var list []string
	for _, c := range comments {
		if strings.HasPrefix(c, "/") {
			list = append(list, c)
		}
		if strings.HasPrefix(c, "/*") {
			list = append(list, "\n") // a line comment has its own
		}
	}
	return list
}

// lastImport returns the index of the last import declaration, or -1.
func lastImport(file *dst.File) int {
	last := -1
	for i, d := range file.Decls {
		if d, ok := d.(*dst.GenDecl); ok && d.Tok == token.IMPORT {
			last = i
		}
	}
	return last
}
