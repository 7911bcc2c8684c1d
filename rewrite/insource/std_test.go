package insource

import (
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
)

// What TestPatch shows for the test data holds for the standard library, its tests
// and the modules that this one requires: more shapes than anybody would write down.
func TestCorpus(t *testing.T) {
	list, err := load.Packages(load.Config{Green: true, Tests: true}, "std")
	if err != nil {
		t.Fatal(err)
	}
	more, err := load.Packages(load.Config{Green: true}, "golang.org/x/tools/go/packages/...", "golang.org/x/tools/go/analysis/...", "golang.org/x/sync/...")
	if err != nil {
		t.Fatal(err)
	}
	list = append(list, more...)
	// A package that package green imports, and its tests, cannot be checked with it:
	// their types would be there twice.
	below := strings.Fields(goCommand(t, ".", "list", "-deps", find.GreenPath))
	files, patched := 0, 0
	for _, p := range list {
		files += len(p.Names)
		patched += agree(t, p, !slices.Contains(below, p.Path) && !slices.Contains(below, p.Listed.ForTest))
	}
	t.Logf("%d files, %d of them patched", files, patched)
	if patched < 1000 {
		t.Errorf("only %d files are patched: too few to mean anything", patched)
	}
}
