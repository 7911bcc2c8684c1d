package toolchain

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/splice"
)

// Every rule for the release at hand fits it. All that do not are named, for the one who
// adds a release (make release); a build ends at the first.
func TestFit(t *testing.T) {
	env, err := askGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range slices.Concat(rules.Leaves(), rules.Disk(), rules.Locks(), rules.Sim()) {
		if !r.In(env.GOVERSION) {
			continue
		}
		n++
		name := filepath.Join(env.GOROOT, "src", r.File)
		src, err := os.ReadFile(name)
		if err == nil {
			_, err = splice.Apply(name, src, []splice.Edit{r.Edit})
		}
		if err != nil {
			t.Errorf("the rule for %s, constraint %q, does not fit %s: %v", r.Symbol(), r.Go, env.GOVERSION, err)
		}
	}
	texts := map[string][]byte{}
	for _, r := range rules.SimTexts() {
		if !r.In(env.GOVERSION) {
			continue
		}
		n++
		src, ok := texts[r.File]
		if !ok {
			if src, err = os.ReadFile(filepath.Join(env.GOROOT, "src", r.File)); err != nil {
				t.Fatal(err)
			}
		}
		if texts[r.File], err = r.Apply(src); err != nil {
			t.Errorf("a change of text does not fit %s: %v", env.GOVERSION, err)
		}
	}
	t.Logf("%d rules for %s", n, env.GOVERSION)
}

func TestCheckRelease(t *testing.T) {
	for _, v := range []string{"go1.26", "go1.26.0", "go1.26.8", "go1.27.3", "go1.27rc1", "go1.27.3-corp"} {
		if err := CheckRelease(v); err != nil {
			t.Error(err)
		}
	}
	for _, v := range []string{"go1.25.3", "go1.28.0", "go1.28rc1", "devel go1.27-a1b2c3d Tue Jun 2 10:00:00 2026 +0000", "go1.27-devel_a1b2c3d", "gccgo", ""} {
		if err := CheckRelease(v); err == nil || !strings.Contains(err.Error(), "go1.26 and go1.27") || !strings.Contains(err.Error(), "set GOTOOLCHAIN=go1.27.0") {
			t.Errorf("%q: error %v", v, err)
		}
	}
}
