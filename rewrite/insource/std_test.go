package insource

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
)

// What TestPatch shows for the test data holds for the standard library, its tests
// and the modules that this one requires: more shapes than anybody would write down.
// Without GREENIFY_CORPUS (make sources) only for the packages in which most waits.
func TestCorpus(t *testing.T) {
	std, more, least := strings.Fields("net net/http net/http/httptest net/rpc database/sql os/exec context time testing log/slog"), []string{"golang.org/x/sync/..."}, 150
	if os.Getenv("GREENIFY_CORPUS") != "" {
		std, least = []string{"std"}, 1000
		more = append(more, "golang.org/x/tools/go/packages/...", "golang.org/x/tools/go/analysis/...")
	}
	list, err := load.Packages(load.Config{Green: true, Tests: true}, std...)
	if err != nil {
		t.Fatal(err)
	}
	modules, err := load.Packages(load.Config{Green: true}, more...)
	if err != nil {
		t.Fatal(err)
	}
	list = append(list, modules...)
	// A package that package green imports, and its tests, cannot be checked with it:
	// their types would be there twice.
	below := strings.Fields(goCommand(t, ".", "list", "-deps", find.GreenPath))
	files, patched := 0, 0
	for _, p := range list {
		files += len(p.Names)
		patched += agree(t, p, !slices.Contains(below, p.Path) && !slices.Contains(below, p.Listed.ForTest))
	}
	t.Logf("%d files, %d of them patched", files, patched)
	if patched < least {
		t.Errorf("only %d files are patched: too few to mean anything", patched)
	}
}
