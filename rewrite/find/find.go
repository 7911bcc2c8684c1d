// Package find finds, in a type-checked package, everything that waits, starts
// a goroutine or is called back by a foreign one, and says what it becomes in
// source that is patched for package green.
//
// One finder serves every back end: the analyzer turns a site's edits into a
// suggested fix, the command applies its Shape with dst. What a site is depends
// on the identity of objects (types.Info), never on names, and every use
// counts: calls, go and defer statements, method values, function values.
//
// Find reads its input and the rule table and writes nothing else, so any
// number of packages can be searched at once.
package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
)

// GreenPath is the import path of package green.
const GreenPath = "github.com/greenify-go/greenify/runtime"

// GreenGo is the go line that a module needs at least to require package green's: the
// one of its go.mod.
const GreenGo = "1.26.0"

// PatchedPath is the import path of package patched, which has what only rewritten code
// calls, and PatchedVersion the name of the version that such code is written for.
const (
	PatchedPath    = GreenPath + "/patched"
	PatchedVersion = "SupportsVersion1"
)

// MainPath is the import path of the package that the file of a patched main
// function, and files of patched tests, import for what it stands for.
const MainPath = GreenPath + "/patchedmain"

// Runtime reports whether a package is one that patched code calls.
func Runtime(path string) bool { return path == GreenPath || strings.HasPrefix(path, GreenPath+"/") }

// A Kind says what a site is about. It is the category of a diagnostic.
type Kind string

const (
	Yield     Kind = "yield"    // waits; becomes a wait of package green
	Offload   Kind = "offload"  // waits inside std; becomes a call without the baton
	Enter     Kind = "enter"    // a callback from a foreign goroutine
	Left      Kind = "left"     // stays blocking; the message says why and what to do
	Cgo       Kind = "cgo"      // a package that waits in C
	Pinned    Kind = "pinned"   // runtime.LockOSThread
	Held      Kind = "held"     // a lock held across a yield point, without a deferred unlock
	NoYield   Kind = "noyield"  // a wait inside green.NoYield
	Killed    Kind = "killed"   // what a kill passes by, behind a wait
	Mixed     Kind = "mixed"    // an unpatched file in a patched package
	Main      Kind = "main"     // main.main does not start the hub
	Register  Kind = "register" // the package does not register itself
	Directive Kind = "skip"     // a directive that is unused, unknown or has no reason
)

// A Site is one place in a file and what is to be done there.
type Site struct {
	Pos, End token.Pos
	Kind     Kind
	Group    string // module group; "" for sites that no rule of the table made
	What     string // what is there: "time.Sleep", "send"
	To       string // what replaces it: "green.Sleep"; "" if nothing does
	Message  string // one fact, then the fix as an imperative
	Skip     string // reason of the directive that skips the site
	Shape    *Shape // the replacement; nil if there is none
	Later    bool   // what is there only keeps a reader or writer, and does not wait itself
	Foreign  bool   // it is known by the facts of packages that are not patched (Input.Foreign)

	// Edits make the replacement in the original bytes. They are in order, do
	// not overlap each other or those of another site, and are nil if Inside.
	Edits []Edit

	// Inside is set if the site lies in an operand that the replacement of an
	// enclosing site moves: the edits of that site contain this one's.
	Inside bool

	// Imports adds the packages that the replacement names and that the file does not
	// import. All sites of a file add a package by the same edit.
	Imports []Edit

	adds  []string // what Imports adds, as in an import declaration
	owner *Site    // the site that Inside speaks of
	raw   []Edit
}

// Active reports whether the site is to be replaced.
func (s *Site) Active() bool { return s.Shape != nil && s.Skip == "" }

// An Edit replaces source text by New.
type Edit struct {
	Pos, End token.Pos
	New      string
}

// A File is what was found in one file.
type File struct {
	Syntax    *ast.File
	Name      string // as the file set has it
	Src       []byte
	Generated bool
	Ignored   string  // reason of a //greenify:ignore-file directive
	Sites     []*Site // by position, an enclosing site before those inside

	Names  map[string]string // names of the packages that replacements name, by path
	Unused []*ast.ImportSpec // imports that nothing needs once all sites are replaced

	added     []string // what all sites add, in the order of the edits
	tf        *token.File
	lines     bool      // of the input
	directive token.Pos // the first line directive
}

// Active reports whether any site of the file is to be replaced.
func (f *File) Active() bool {
	return slices.ContainsFunc(f.Sites, (*Site).Active)
}

// LineDirectives reports whether the file has any.
func (f *File) LineDirectives() bool { return f.directive.IsValid() }

// counted reports whether somebody counts the lines from pos on: the caller who wants
// that, or a line directive above.
func (f *File) counted(pos token.Pos) bool {
	return f.lines || f.directive.IsValid() && f.directive < pos
}

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

// Input is a type-checked package.
type Input struct {
	Fset  *token.FileSet
	Files []*ast.File
	Pkg   *types.Package
	Info  *types.Info // Types, Defs, Uses, Implicits, Instances, Selections, Scopes, FileVersions

	// Read gives the bytes of a file by its name in the file set. Files that
	// cannot be read have sites without edits.
	Read func(name string) ([]byte, error)

	// Main asks for the hub to be started even if package main itself has
	// nothing to patch, because another package of the program has.
	Main bool

	// Groups are the module groups to patch; nil is all of them.
	Groups []string

	// Foreign tells of packages that are not patched; nil if nobody knows, then what the
	// package has to do with them is not looked at.
	Foreign Foreign

	// Lines keeps every line number: imports go on an existing line.
	Lines bool
}

// Find returns the files of the package, in the order of the input, with their
// sites.
func Find(in Input) []*File {
	var files []*File
	for _, syntax := range in.Files {
		tf := in.Fset.File(syntax.FileStart)
		f := &File{Syntax: syntax, Name: tf.Name(), Generated: ast.IsGenerated(syntax), tf: tf, lines: in.Lines, directive: lineDirective(tf, syntax)}
		if src, err := in.Read(f.Name); err == nil && len(src) == tf.Size() {
			f.Src = src
		}
		files = append(files, f)
	}
	if Runtime(in.Pkg.Path()) {
		return files
	}
	finders := make([]*finder, len(files))
	for i, f := range files {
		w := &finder{Input: in, File: f, table: theTable(), seen: map[ast.Node]bool{}, entering: map[ast.Expr]bool{}, wanted: map[string]string{GreenPath: "green", PatchedPath: "patched"}}
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
	}
	hub(in, finders)
	for _, w := range finders {
		w.unusedSkips()
		slices.SortStableFunc(w.Sites, func(a, b *Site) int { return int(a.Pos - b.Pos) })
		w.edit()
	}
	return files
}

// A finder searches one file.
type finder struct {
	Input
	*File
	table table
	seen  map[ast.Node]bool // nodes that an enclosing site has taken care of

	outside  []method          // what foreign goroutines call
	entering map[ast.Expr]bool // what enterForeign was given
	after    []later

	skips []*skip

	wanted map[string]string // packages that replacements may name, and their own names, by path

	locals string // prefix of the names that replacements declare: g0, g1, ...
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

// add records a site.
func (f *finder) add(s *Site) *Site {
	f.Sites = append(f.Sites, s)
	return s
}

// statement is a site of the language, which no symbol names.
func (f *finder) statement(n ast.Node, what, fact, to string, shape *Shape) *Site {
	return f.add(&Site{
		Pos: n.Pos(), End: n.End(), Kind: Yield, Group: "thread", What: what, To: to, Shape: shape,
		Message: what + " " + fact + ": replace it by " + to,
	})
}

// leave records something that stays blocking.
func (f *finder) leave(n ast.Node, group, what, why string) {
	f.add(&Site{Pos: n.Pos(), End: n.End(), Kind: Left, Group: group, What: what, Message: what + " cannot be patched here: " + why})
}

// waits is the fact about everything that yields.
const waits = "holds the hub while it waits"

// isOffload reports whether a function calls its argument outside the hub: Offload,
// OffloadPool.Do and DoContext of package green.
func isOffload(obj types.Object) bool {
	fn, ok := obj.(*types.Func)
	if !ok || !fromGreen(fn) {
		return false
	}
	method := fn.Signature().Recv() != nil
	return fn.Name() == "Offload" && !method || (fn.Name() == "Do" || fn.Name() == "DoContext") && method
}

// importSpec reports drivers that wait in C.
func (f *finder) importSpec(n *ast.ImportSpec) {
	path := strings.Trim(n.Path.Value, "`\"")
	if pure, ok := rules.CgoDrivers[path]; ok {
		way := "wrap its calls in green.Offload"
		if pure != "" {
			way = "use the pure Go driver " + pure + ", or " + way
		}
		f.add(&Site{Pos: n.Pos(), End: n.End(), Kind: Cgo, Group: "db", What: path, Message: path + " holds the hub while it waits in C: " + way})
	}
}

// cgoCall reports calls of C functions, but for those of cgo itself and the
// allocator.
func (f *finder) cgoCall(n *ast.CallExpr, stack []ast.Node) {
	fn := f.cgoFunc(n.Fun)
	if fn == "" || code.Memory(fn) {
		return
	}
	switch fn {
	case "char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "longlong", "ulonglong", "float", "double", "size_t",
		"int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "uintptr_t":
		return // conversions; what cmd/cgo makes of them is not seen in the original file
	}
	if f.inOffload(stack) {
		return
	}
	s := f.add(&Site{Pos: ast.Unparen(n.Fun).Pos(), End: n.End(), Kind: Cgo, Group: "thread", What: "C." + fn})
	if s.Shape = f.cgoStmt(n, stack[len(stack)-1]); s.Shape == nil {
		s.Message = s.What + " holds the hub until C returns: if it waits or computes for long, wrap it in green.Offload"
		return
	}
	s.Pos, s.To = n.Pos(), Qualified("Offload")
	s.Message = s.What + " holds the hub until C returns: wrap it in green.Offload"
}

// cgoStmt:
//
//	C.f(x, 1)  =>  { g0 := x; green.Offload(func() { C.f(g0, 1) }) }
//
// It returns nil for a call whose result is used, for its type has no name here, and
// for one that is given an address: cmd/cgo checks what that leads to by the
// expression (cgoCheckPointer), so it has to stay an argument.
func (f *finder) cgoStmt(n *ast.CallExpr, parent ast.Node) *Shape {
	stmt, ok := parent.(*ast.ExprStmt)
	if _, sel := callee(n.Fun); !ok || sel == nil || n.Ellipsis.IsValid() {
		return nil
	}
	for _, x := range n.Args {
		address := false
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.UnaryExpr:
				address = address || n.Op == token.AND
			case *ast.Ident:
				name, ok := f.Info.Uses[n].(*types.PkgName)
				address = address || ok && name.Imported().Path() == "unsafe"
			case *ast.FuncLit:
				address = true // or anything else
			}
			return !address
		})
		if _, tuple := f.Info.TypeOf(x).(*types.Tuple); tuple || address {
			return nil
		}
	}
	g := &goPlan{finder: f}
	g.callee = g.hole(moved(n.Fun))
	if !g.arguments(n) {
		return nil
	}
	text := "§Offload(func() { " + g.callee + "(" + strings.Join(g.args, ", ") + ") })"
	if len(g.values) > 0 {
		text = "{ " + g.hoisted() + "; " + text + " }"
	}
	return replace(stmt, text, g.holes...)
}

// inOffload reports whether a node, whose parents the stack has, is part of what
// green.Offload is given.
func (f *finder) inOffload(stack []ast.Node) bool {
	return slices.ContainsFunc(stack, func(outer ast.Node) bool {
		call, ok := outer.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, _ := callee(call.Fun)
		return id != nil && isOffload(f.Info.Uses[id])
	})
}

// exported has functions that C may call (cmd/cgo, "//export name") enter the hub:
// a thread that C made may run them.
func (f *finder) exported(n *ast.FuncDecl) {
	if n.Doc == nil || n.Body == nil || !f.imports("C") || f.startsHub(n) {
		return
	}
	for _, c := range n.Doc.List {
		if name, ok := strings.CutPrefix(c.Text, "//export "); ok {
			f.add(&Site{
				Pos: n.Name.Pos(), End: n.Name.End(), Kind: Enter, Group: "thread", What: strings.TrimSpace(name), To: Qualified("Enter"), Shape: f.deferFirst(n, "Enter", ""),
				Message: strings.TrimSpace(name) + " runs outside the hub, a thread that C made may call it: defer patched.Enter first",
			})
		}
	}
}

func (f *finder) imports(path string) bool {
	return slices.ContainsFunc(f.Syntax.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == strconv.Quote(path) })
}

// cgoFunc returns the name of the C function that is called, "" if none is. Some
// drivers show the files that cmd/cgo makes, where C.f is _Cfunc_f, or _C2func_f
// if the error is wanted too (cmd/cgo, rewriteRef).
func (f *finder) cgoFunc(fun ast.Expr) string {
	switch fun := ast.Unparen(fun).(type) {
	case *ast.SelectorExpr:
		if id, ok := fun.X.(*ast.Ident); ok {
			name, ok := f.Info.Uses[id].(*types.PkgName)
			if ok && name.Imported().Path() == "C" && !f.Info.Types[fun].IsType() {
				return fun.Sel.Name
			}
		}
	case *ast.Ident:
		for _, prefix := range []string{"_Cfunc_", "_C2func_"} {
			if name, ok := strings.CutPrefix(fun.Name, prefix); ok && !strings.HasPrefix(filepath.Base(f.Name), "_cgo_") {
				return name
			}
		}
	}
	return ""
}

// localPrefix returns a prefix for names that replacements declare, such that
// prefix and digits make no identifier of the file.
func (f *finder) localPrefix() string {
	prefix := "g"
	for taken := true; taken; {
		taken = false
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				rest, ok := strings.CutPrefix(id.Name, prefix)
				taken = taken || ok && rest != "" && strings.Trim(rest, "0123456789") == ""
			}
			return !taken
		})
		if taken {
			prefix += "_"
		}
	}
	return prefix
}
