package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/splice"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

var explain = &command{
	name: "explain", args: "[-json] SYMBOL|STATEMENT",
	short: "say what happens to net.Dial, sync.Mutex.Lock, select, ...",
	long: `It says what becomes of a symbol or a statement, in a whole-program build and in source:

	greenify explain net.Dial
	greenify explain sync.Mutex.Lock      (or Mutex.Lock, '(*sync.Mutex).Lock', 'sync.(*Mutex).Lock')
	greenify explain net/http.Client.Do   (or http.Client.Do)
	greenify explain golang.org/x/sync/errgroup.Group.Go
	greenify explain select               (or go, send, receive, range, chan, close)`,
	words: strings.Fields("go select send receive range chan close"),
	setup: func(fs *flag.FlagSet) runner {
		asJSON := fs.Bool("json", false, "print JSON: the statements, or the symbol, its rules and what the\ncatalog of the standard library has on it")
		return func(e *env, args []string) error { return e.explain(args, *asJSON) }
	},
}

// An explained is what explain -json prints. Symbols are named as in its text.
type explained struct {
	Statements []rules.Statement `json:"statements,omitempty"`
	Symbol     string            `json:"symbol,omitempty"`
	Rules      []rules.Row       `json:"rules,omitempty"`
	Catalog    []rules.Covered   `json:"catalog,omitempty"`
}

// explain says what happens to a symbol of Go or to a statement.
func (e *env) explain(args []string, asJSON bool) error {
	name := strings.Join(args, " ")
	if name == "" || len(args) > 1 && rules.Statements(name) == nil {
		return errors.New("explain takes one symbol, such as net.Dial or sync.Mutex.Lock, or a statement, such as select")
	}
	if statements := rules.Statements(name); statements != nil {
		if asJSON {
			return e.printJSON(explained{Statements: statements})
		}
		var b strings.Builder
		for _, s := range statements {
			explainStatement(&b, s)
		}
		return e.print(b.String())
	}
	var b strings.Builder
	if rules.Explain(name) == nil && rules.Covers(name, toolchain.AtHand("")) == nil {
		// Nothing is said of it; but is there such a thing?
		found, err := lookUp(name)
		if err != nil {
			return err
		}
		if found != rules.Plain(name) {
			fmt.Fprintf(&b, "%s is %s\n", name, found)
		}
		name = found
	}
	if asJSON {
		x := explained{Symbol: rules.Plain(name), Rules: rules.Explain(name), Catalog: rules.Covers(name, toolchain.AtHand(""))}
		for i := range x.Rules {
			x.Rules[i].Symbol = rules.Plain(x.Rules[i].Symbol)
		}
		for i := range x.Catalog {
			x.Catalog[i].Symbol = rules.Plain(x.Catalog[i].Symbol)
		}
		return e.printJSON(x)
	}
	explainSymbol(&b, name)
	return e.print(b.String())
}

func explainStatement(w io.Writer, s rules.Statement) {
	group := ""
	if s.Group != "" {
		group = fmt.Sprintf(" (group %s)", s.Group)
	}
	by := ""
	if s.By != "" {
		by = ": " + s.By
	}
	fmt.Fprintf(w, "%s, whole program%s: %s%s\n", s.Name, group, s.Whole, by)
	if s.Into == "" {
		fmt.Fprintf(w, "%s, in source: stays as it is: %s\n", s.Name, s.Why)
	} else {
		fmt.Fprintf(w, "%s, in source%s: %s: %s: becomes %s\n", s.Name, group, s.Act, s.Why, s.Into)
	}
}

// explainSymbol names every symbol in one way, with its import path: net/http.Client.Do.
func explainSymbol(w io.Writer, name string) {
	rows := rules.Explain(name)
	for _, r := range rows {
		fmt.Fprintf(w, "%s, %s (group %s): %s: %s\n", rules.Plain(r.Symbol), r.Reach, r.Group, r.Act, r.Why)
	}
	covers := rules.Covers(name, toolchain.AtHand(""))
	for _, r := range covers {
		symbol := rules.Plain(r.Symbol)
		fmt.Fprintf(w, "%s, whole program (group %s): %s: %s\n%s", symbol, r.Group, r.Whole, r.Why, explainKinds(r.Kinds))
		if r.Disk != "" {
			fmt.Fprintf(w, "%s, with -offload=disk (group %s): what it waits for on a disk is offloaded: %s\n", symbol, r.Group, r.Disk)
		}
	}
	if covers == nil && len(rows) > 0 {
		name = rules.Plain(rows[0].Symbol)
	}
	if covers == nil && !slices.ContainsFunc(rows, func(r rules.Row) bool { return r.Reach != rules.InSource }) {
		fmt.Fprintf(w, "%s, whole program: no rule of its own; whatever it waits in below is patched\n", name)
	}
	if slices.ContainsFunc(rows, func(r rules.Row) bool { return r.Reach == rules.InSource }) {
		return
	}
	for _, r := range covers {
		why := r.Stays
		if r.Source != rules.Short {
			why = "it is promoted, and has the rule of the method that it is"
		}
		fmt.Fprintf(w, "%s, in source: %s: %s\n", rules.Plain(r.Symbol), r.Source, why)
	}
	if covers == nil {
		fmt.Fprintf(w, "%s, in source: no rule; a call stays as it is\n", name)
	}
}

// waitKinds says what the kinds of waits of the ground truth are for people.
var waitKinds = map[string]string{
	"cgo": "a call of C", "chan": "a channel", "condwait": "a condition variable", "disk": "a disk", "dns": "a name server",
	"fdrw": "a read or write of a descriptor", "flock": "a lock of a file", "lock": "a lock", "net": "a connection", "pipe": "a pipe",
	"process": "a process", "runtime": "a stop of the world", "signal": "a signal", "sleep": "a timer", "sock": "a system call that opens or closes a socket",
	"synctest": "a synctest bubble", "syscall": "a system call", "syswait": "the kernel", "wait": "a wait group",
}

// verdictKinds says, by verdict, how such a wait goes on, in the order of the text.
var verdictKinds = []struct{ verdict, how string }{
	{"green", "as a green thread, others run meanwhile"},
	{"offloaded", "outside the hub, others run meanwhile"},
	{"short", "for a short time, with the hub"},
	{"blocks", "with the hub, for as long as it takes"},
}

// explainKinds has a line for each way in which a function waits: "net=green disk=short".
func explainKinds(kinds string) string {
	var b strings.Builder
	for _, v := range verdictKinds {
		var list []string
		for kind := range strings.FieldsSeq(kinds) {
			if name, verdict, _ := strings.Cut(kind, "="); verdict == v.verdict {
				list = append(list, waitKinds[name])
			}
		}
		if list != nil {
			fmt.Fprintf(&b, "\tit may wait for %s: %s\n", strings.Join(list, ", "), v.how)
		}
	}
	return b.String()
}

// lookUp finds a symbol that no rule names in the packages that the go command knows
// here, and returns its name with the import path; that of the method that it is if
// it is promoted.
func lookUp(symbol string) (string, error) {
	name := rules.Plain(symbol)
	if types.Universe.Lookup(name) != nil || token.IsKeyword(name) {
		return name, nil
	}
	l := lookup{}
	dir, base := path.Split(name)
	parts := strings.Split(base, ".")
	for i := 1; i < len(parts); i++ { // gopkg.in/yaml.v3.Node.Decode
		for _, p := range l.packages(dir + strings.Join(parts[:i], ".")) {
			if found := l.decl(p, parts[i:], 0); found != "" {
				return found, nil
			}
		}
	}
	if l.err != nil {
		return "", l.err
	}
	hint := didYouMean(l.like(name))
	if hint == "" {
		hint = ": name it as in net.Dial, sync.Mutex.Lock or example.com/module/pkg.Func, from the module that has it"
	}
	return "", fmt.Errorf("unknown symbol %q%s", symbol, hint)
}

// A lookup remembers what the go command said.
type lookup struct {
	std  []*listed
	seen []*listed // packages in which the symbol is not
	err  error
}

type listed struct {
	ImportPath, Dir   string
	GoFiles, CgoFiles []string
	Error             *struct{ Err string }

	decls map[string]ast.Node // "F", "T", "T.M"
	files map[string]*ast.File
}

func (l *lookup) list(patterns ...string) []*listed {
	cmd := exec.Command("go", append([]string{"list", "-e", "-find", "-json=ImportPath,Dir,GoFiles,CgoFiles,Error", "--"}, patterns...)...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("go list: %s", strings.TrimSpace(string(exit.Stderr)))
		}
		l.err = err
		return nil
	}
	var pkgs []*listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		p := &listed{}
		if err := dec.Decode(p); err != nil {
			l.err = fmt.Errorf("go list: %w", err)
			return nil
		}
		pkgs = append(pkgs, p)
	}
	return pkgs
}

// packages returns those of the standard library that a path, or the end of one,
// names, else the one that the module here knows by the path.
func (l *lookup) packages(name string) []*listed {
	if l.std == nil {
		l.std = l.list("std")
	}
	var found []*listed
	for _, p := range l.std {
		if p.ImportPath == name || strings.HasSuffix(p.ImportPath, "/"+name) {
			found = append(found, p)
		}
	}
	internal := func(p *listed) bool {
		return strings.HasPrefix("/"+p.ImportPath, "/internal/") || strings.Contains(p.ImportPath, "/internal/") || strings.HasPrefix(p.ImportPath, "vendor/")
	}
	slices.SortStableFunc(found, func(a, b *listed) int { // what people can import comes first
		switch {
		case internal(a) == internal(b):
			return 0
		case internal(b):
			return -1
		}
		return 1
	})
	if found == nil && strings.Contains(name, "/") {
		found = slices.DeleteFunc(l.list(name), func(p *listed) bool { return p.Error != nil })
	}
	return found
}

// read parses the declarations of a package.
func (l *lookup) read(p *listed) {
	if p.decls != nil {
		return
	}
	l.seen = append(l.seen, p)
	p.decls, p.files = map[string]ast.Node{}, map[string]*ast.File{}
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		add := func(name string, d ast.Node) { p.decls[name], p.files[name] = d, file }
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || len(d.Recv.List) == 0 {
					add(d.Name.Name, d)
				} else if recv := splice.TypeName(d.Recv.List[0].Type); recv != "" {
					add(recv+"."+d.Name.Name, d)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						add(s.Name.Name, s)
						members(s, add)
					case *ast.ValueSpec:
						for _, id := range s.Names {
							add(id.Name, s)
						}
					}
				}
			}
		}
	}
}

// members adds the fields of a struct and the methods of an interface.
func members(s *ast.TypeSpec, add func(string, ast.Node)) {
	list := fields(s.Type)
	if list == nil {
		return
	}
	for _, f := range list.List {
		for _, id := range f.Names {
			add(s.Name.Name+"."+id.Name, f)
		}
	}
}

// fields lists the fields of a struct, or the methods of an interface; nil of other types.
func fields(t ast.Expr) *ast.FieldList {
	switch t := t.(type) {
	case *ast.StructType:
		return t.Fields
	case *ast.InterfaceType:
		return t.Methods
	}
	return nil
}

// decl returns the full name of a declaration of the package; that of the embedded
// type for a method that is promoted.
func (l *lookup) decl(p *listed, parts []string, depth int) string {
	l.read(p)
	name := strings.Join(parts, ".")
	if len(parts) > 2 || depth > 5 {
		return ""
	}
	if p.decls[name] != nil {
		return p.ImportPath + "." + name
	}
	spec, ok := p.decls[parts[0]].(*ast.TypeSpec)
	if !ok || len(parts) < 2 {
		return ""
	}
	for _, t := range embedded(spec) {
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		sel, ok := t.(*ast.SelectorExpr)
		if !ok {
			if found := l.decl(p, []string{splice.TypeName(t), parts[1]}, depth+1); found != "" {
				return found
			}
			continue
		}
		for _, q := range l.imported(p.files[parts[0]], sel) {
			if found := l.decl(q, []string{sel.Sel.Name, parts[1]}, depth+1); found != "" {
				return found
			}
		}
	}
	return ""
}

// embedded lists the types that a struct or an interface embeds, or that another name
// stands for.
func embedded(spec *ast.TypeSpec) []ast.Expr {
	members := fields(spec.Type)
	if members == nil {
		if spec.Assign.IsValid() {
			return []ast.Expr{spec.Type}
		}
		return nil
	}
	var list []ast.Expr
	for _, f := range members.List {
		if len(f.Names) == 0 {
			list = append(list, f.Type)
		}
	}
	return list
}

// imported lists the packages that a qualified name of a file may be of.
func (l *lookup) imported(file *ast.File, sel *ast.SelectorExpr) []*listed {
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return nil
	}
	for _, s := range file.Imports {
		importPath := strings.Trim(s.Path.Value, "`\"")
		if s.Name != nil && s.Name.Name == id.Name || s.Name == nil && path.Base(importPath) == id.Name {
			return slices.DeleteFunc(l.packages(importPath), func(p *listed) bool { return p.ImportPath != importPath })
		}
	}
	return nil
}

// like suggests a symbol for one that does not exist: of the package, if that does,
// else of the rules and of what blocks in the standard library. One that ends in what
// was written comes first.
func (l *lookup) like(name string) string {
	var candidates []string
	for _, p := range l.seen {
		for d := range p.decls {
			if !slices.ContainsFunc(strings.Split(d, "."), func(s string) bool { return !ast.IsExported(s) }) {
				candidates = append(candidates, path.Base(p.ImportPath)+"."+d)
			}
		}
	}
	for _, r := range rules.Rows() {
		if r.Reach == rules.InSource {
			candidates = append(candidates, path.Base(rules.Plain(r.Symbol)))
		}
	}
	for _, c := range rules.Coverage(toolchain.AtHand("")) {
		candidates = append(candidates, path.Base(rules.Plain(c.Symbol)))
	}
	slices.Sort(candidates)
	slices.SortStableFunc(candidates, func(a, b string) int { return len(a) - len(b) })
	base := path.Base(name)
	for _, c := range candidates {
		if strings.HasSuffix(strings.ToLower(c), "."+strings.ToLower(base)) {
			return c
		}
	}
	return suggest(base, candidates)
}
