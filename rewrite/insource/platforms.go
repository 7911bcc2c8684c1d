package insource

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// A view is what a command looks at for one platform and one set of tags.
type view struct {
	*load.Listing
	packages []*load.Package
}

// views loads what look picks of a listing, and for every other platform and set of
// tags the packages that have a file there which none of the views before has. A
// file that cannot be looked at anywhere is noted; without -everywhere all those
// are that the listing leaves out.
func (c *command) views(list *load.Listing, look func(*load.Listing) []*load.Listed) ([]view, error) {
	listings, err := c.listings(list)
	if err != nil {
		return nil, err
	}
	var views []view
	seen := map[string]bool{}
	for _, l := range listings {
		var pick []*load.Listed
		for _, p := range look(l) {
			if l == list || slices.ContainsFunc(p.Files(), func(name string) bool { return !seen[name] }) {
				pick = append(pick, p)
			}
		}
		for _, p := range pick {
			for _, name := range p.Files() {
				seen[name] = true
			}
		}
		pkgs, err := l.Load(pick...)
		if err != nil {
			return nil, c.inView(l, err)
		}
		views = append(views, view{l, pkgs})
	}
	return views, nil
}

// listings are the listing and those of other platforms and tags. Groups that would
// deadlock are refused with the places in all of them.
func (c *command) listings(list *load.Listing) ([]*load.Listing, error) {
	if !c.Everywhere {
		files, err := list.LeftOut(nothingToDo)
		if len(files) > 0 {
			c.note("not looked at, for other platforms or tags: %s: -everywhere looks at them too", c.names(files))
		}
		if err != nil {
			return nil, err
		}
		return []*load.Listing{list}, c.partial([]*load.Listing{list})
	}
	others, rest, err := list.Elsewhere(nothingToDo)
	for _, name := range sorted(rest) {
		c.note("%s: not looked at: %s", c.rel(name), rest[name])
	}
	if err != nil {
		return nil, err
	}
	listings := append([]*load.Listing{list}, others...)
	return listings, c.partial(listings)
}

func (c *command) names(files []string) string {
	var list []string
	for _, name := range files {
		list = append(list, c.rel(name))
	}
	return strings.Join(list, " ")
}

// inView says where an error was met, unless it is where the command was started.
func (c *command) inView(l *load.Listing, err error) error {
	if l.Needs() == "" {
		return err
	}
	return fmt.Errorf("%w\nthat is for %v, which %s needs: mend it, or give the file a line //greenify:ignore-file and a reason; -everywhere=false leaves all other platforms and tags out", err, l, c.rel(l.Needs()))
}

// note keeps something to be printed when all went well, once.
func (c *command) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.notes, text) {
		c.notes = append(c.notes, text)
	}
}

// nothingToDo reports whether nothing in a file can be patched or be a finding:
// there is no code in it and it names nothing of other packages, like the file that
// keeps a module's tools; or it is to be ignored.
func nothingToDo(src []byte) bool {
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	code := slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool {
		_, driver := rules.CgoDrivers[strings.Trim(s.Path.Value, "`\"")]
		return driver || s.Name == nil || s.Name.Name != "_"
	})
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt, *ast.CallExpr:
			code = true
		case *ast.UnaryExpr:
			code = code || n.Op == token.ARROW
		}
		return !code
	})
	return !code || find.IgnoresFile(file)
}

// needHub tells the packages that are patched on any platform, or import one that
// is, however indirectly: their main and their tests start the hub on all.
func needHub(views []view, patched func(*load.Listed) bool) map[string]bool {
	hub := map[string]bool{}
	for _, v := range views {
		for _, l := range v.Roots {
			hub[l.Path()] = hub[l.Path()] || patched(l) || l.DependsOn(patched)
		}
	}
	return hub
}
