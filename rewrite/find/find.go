// Package find finds, in a type-checked package, everything that waits, starts
// a goroutine or is called back by a foreign one, and says what it becomes in
// source that is patched for package green.
//
// One finder serves every back end: the analyzer turns a site's edits into a
// suggested fix, the command applies its Template with dst. What a site is depends
// on the identity of objects (types.Info), never on names, and every use
// counts: calls, go and defer statements, method values, function values.
//
// The files lie in layers, and each uses only those below it:
//
//	find                                  the walk, and the order of the steps
//	register killed noyield lockheld polls    of a package, once its sites are known
//	call gostmt cgo channel select value  one file for each thing that is replaced
//	plan offload hoist                    what a call becomes
//	foreignenter callback wrapio          what a call is given
//	foreign wrap operand typetext         operands, and the text around them
//	edit imports start template           replacements as text
//	site green symbol source visit        words
//
// A file about one kind of site opens with the pattern, with the reason why the
// replacement does what the original did, and with what is not replaced, and why.
//
// Find reads its input and the rule table and writes nothing else, so any
// number of packages can be searched at once.
package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Input is a type-checked package.
type Input struct {
	Fset  *token.FileSet
	Files []*ast.File
	Pkg   *types.Package
	Info  *types.Info // Types, Defs, Uses, Implicits, Instances, Selections, Scopes, FileVersions

	// Read gives the bytes of a file by its name in the file set. Files that
	// cannot be read have sites without edits.
	Read func(name string) ([]byte, error)

	// Groups are the module groups to patch; nil is all of them.
	Groups []string

	// Foreign tells of packages that are not patched; nil if nobody knows, then what the
	// package has to do with them is not looked at.
	Foreign Foreign
}

// Find returns the files of the package, in the order of the input, with their
// sites and the edits of those.
func Find(in Input) []*File {
	files := NewSearch(in).Files(false)
	for _, f := range files {
		f.Edit()
	}
	return files
}

// A Search is what was found in a package.
type Search struct {
	Input
	files   []*File
	finders []*finder
	found   [][]*Site // by file, before register
}

// NewSearch searches a package.
func NewSearch(in Input) *Search {
	search := &Search{Input: in}
	for _, syntax := range in.Files {
		tf := in.Fset.File(syntax.FileStart)
		f := &File{Syntax: syntax, Name: tf.Name(), Generated: ast.IsGenerated(syntax), tf: tf, directive: lineDirective(tf, syntax)}
		if src, err := in.Read(f.Name); err == nil && len(src) == tf.Size() {
			f.Src = src
		}
		search.files = append(search.files, f)
	}
	if Runtime(in.Pkg.Path()) {
		return search
	}
	finders := make([]*finder, len(search.files))
	for i, f := range search.files {
		w := &finder{Input: in, File: f, index: ruleIndex(), seen: map[ast.Node]bool{}, entering: map[ast.Expr]bool{}, wanted: map[string]string{GreenPath: "green", PatchedPath: "patched"}}
		w.walk()
		finders[i] = w
	}
	afterwards(finders)
	methods(finders)
	polls(finders)
	var others [][]*Site
	for _, w := range finders {
		others = append(others, w.selectGroups())
		w.held()
		w.noYield()
	}
	killed(finders)
	for i, w := range finders {
		w.directives(others[i])
		search.found = append(search.found, w.Sites)
	}
	search.finders = finders
	return search
}

// Files returns the files of the package, in the order of the input, with their sites. With
// hub it is started even if the package itself has nothing to patch, because another package
// of the program has.
func (s *Search) Files(hub bool) []*File {
	files := slices.Clone(s.files)
	var finders []*finder
	for i, found := range s.finders {
		w, f := *found, *s.files[i]
		f.Sites, f.finder, w.File = nil, &w, &f
		for _, site := range s.found[i] {
			site := *site
			f.Sites = append(f.Sites, &site)
		}
		files[i], finders = &f, append(finders, &w)
	}
	register(s.Input, hub, finders)
	for _, w := range finders {
		w.unusedSkips()
		slices.SortStableFunc(w.Sites, func(a, b *Site) int { return int(a.Pos - b.Pos) })
		w.resolve()
	}
	return files
}

func (f *finder) walk() {
	f.locals = f.localPrefix()
	ast.PreorderStack(f.Syntax, nil, func(n ast.Node, stack []ast.Node) bool {
		if f.seen[n] {
			return true
		}
		switch n := n.(type) {
		case *ast.ImportSpec:
			f.importSpec(n)
		case *ast.GoStmt:
			f.goStmt(n)
		case *ast.SendStmt:
			f.foreignSend(n)
			f.send(n)
		case *ast.AssignStmt:
			f.foreignAssign(n)
		case *ast.CompositeLit:
			f.foreignLiteral(n)
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				f.receive(n, stack)
			}
		case *ast.RangeStmt:
			f.rangeStmt(n)
		case *ast.SelectStmt:
			f.selectStmt(n, stack)
		case *ast.FuncDecl:
			f.exported(n)
		case *ast.CallExpr:
			f.cgoCall(n, stack)
			f.call(n)
		case *ast.Ident:
			f.use(n, stack)
		}
		return true
	})
}
