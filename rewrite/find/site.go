package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A Kind says what a site is about. It is the category of a diagnostic.
type Kind string

const (
	Yield     Kind = "yield"    // waits; becomes a wait of package green
	Offload   Kind = "offload"  // waits inside std; becomes a call without the baton
	Enter     Kind = "enter"    // a callback from a foreign goroutine
	Blocking  Kind = "left"     // stays blocking; the message says why and what to do
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
	Group    string    // module group; "" for sites that no rule of the table made
	What     string    // what is there: "time.Sleep", "send"
	To       string    // what replaces it: "green.Sleep"; "" if nothing does
	Message  string    // one fact, then the fix as an imperative
	Skip     string    // reason of the directive that skips the site
	Template *Template // the replacement; nil if there is none
	Later    bool      // what is there only keeps a reader or writer, and does not wait itself
	Foreign  bool      // it is known by the facts of packages that are not patched (Input.Foreign)

	// Edits make the replacement in the original bytes (File.Edit). They are in order, do
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
	inner []*Site  // those whose owner it is, in order
	raw   []Edit
	dots  []*ast.ImportSpec // that go with the site
}

// Active reports whether the site is to be replaced.
func (s *Site) Active() bool { return s.Template != nil && s.Skip == "" }

// drops reports whether the replacement of s has no more what is at pos: it replaces that,
// and no operand contains it.
func (s *Site) drops(pos token.Pos) bool {
	replaces := false
	for _, p := range s.Template.Parts {
		replaces = replaces || p.Pos <= pos && pos < p.End
		for _, h := range p.Holes { // an operand may be of another part
			if h.X.Pos() <= pos && pos < h.X.End() {
				return false
			}
		}
	}
	return replaces
}

// starts reports whether the site starts the hub, in main or in a test.
func (s *Site) starts() bool {
	_, first := s.Template.Node.(*ast.FuncDecl) // a statement that a function begins with
	return first && s.Kind == Main
}

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

	added     []addedImport // what all sites add, in the order in which it is there
	tf        *token.File
	directive token.Pos // the first line directive
	finder    *finder   // that found the sites; nil if none looked
	edited    bool      // the sites have their edits
}

// Active reports whether any site of the file is to be replaced.
func (f *File) Active() bool {
	return slices.ContainsFunc(f.Sites, (*Site).Active)
}

// Without returns the file without the sites for which skip is true.
func (f *File) Without(skip func(*Site) bool) *File {
	g := *f
	g.Sites = slices.DeleteFunc(slices.Clone(f.Sites), skip)
	return &g
}

// test reports whether the file is a test file.
func (f *File) test() bool { return strings.HasSuffix(f.Name, "_test.go") }

// source reports whether people write the file.
func (f *File) source() bool { return !f.Generated && f.Src != nil }

// editable reports whether a back end may change the file.
func (f *File) editable() bool { return f.source() && f.Ignored == "" }

// A finder searches one file.
type finder struct {
	Input
	*File
	index table
	seen  map[ast.Node]bool // nodes that an enclosing site has taken care of

	outside  []method          // what foreign goroutines call
	entering map[ast.Expr]bool // what enterForeign was given
	after    []later

	skips []*skip

	wanted map[string]string // packages that replacements may name, and their own names, by path

	locals string // prefix of the names that replacements declare: g0, g1, ...

	defines map[types.Object]ast.Expr // what defined asks; nil until it does
}

// add records a site.
func (f *finder) add(s *Site) *Site {
	f.Sites = append(f.Sites, s)
	return s
}

// statement is a site of the language, which no symbol names.
func (f *finder) statement(n ast.Node, what, fact, to string, tmpl *Template) *Site {
	return f.add(&Site{
		Pos: n.Pos(), End: n.End(), Kind: Yield, Group: "thread", What: what, To: to, Template: tmpl,
		Message: what + " " + fact + ": replace it by " + to,
	})
}

// unpatchable records something that stays blocking.
func (f *finder) unpatchable(n ast.Node, group, what, why string) {
	f.add(&Site{Pos: n.Pos(), End: n.End(), Kind: Blocking, Group: group, What: what, Message: what + " cannot be patched here: " + why})
}

// waits is the fact about everything that yields.
const waits = "holds the hub while it waits"
