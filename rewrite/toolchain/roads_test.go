package toolchain

import (
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

var update = flag.Bool("update", false, "write the lists and the golden diffs of the Go release at hand")

// A road is a function of package runtime that decides which goroutine runs, or that
// the hub must hear of: in, out, or past the scheduler.
var roads = []string{
	"gopark", "goparkunlock", "goready", "ready", "runqput", "runqputslow", "runqputbatch", "globrunqput", "globrunqputhead",
	"globrunqputbatch", "injectglist", "execute", "schedule", "Gosched", "goschedImpl", "goyield", "gcAssistAlloc", "coroswitch_m",
	"entersyscall", "entersyscallblock", "exitsyscall", "reentersyscall",
	// Who changes the status of a goroutine that is not his: hubSetStatus has an argument for each.
	"suspendG", "castogscanstatus", "casGToPreemptScan", "casGFromPreempted",
}

// Every caller of a road is known. A rule that no longer fits a release is refused
// when it is applied; a caller that a release adds would go past the hub without a
// word. So each release has the list of those that were looked at. A new line is
// looked at first, then written with -update.
func TestRoads(t *testing.T) {
	env, err := askGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(callers(t, filepath.Join(env.GOROOT, "src/runtime")), "\n") + "\n"
	file := filepath.Join("../rules/data", rules.Nearest(env.GOVERSION), "roads.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Split(string(data), "\n")
	now := strings.Split(got, "\n")
	for _, line := range now {
		if !slices.Contains(known, line) {
			t.Errorf("%s has a road that no list has, so perhaps no rule: %s", env.GOVERSION, line)
		}
	}
	for _, line := range known {
		if !slices.Contains(now, line) {
			t.Errorf("%s lacks a road of its list: %s", env.GOVERSION, line)
		}
	}
}

// callers lists the functions of the package in dir that name a road, for the
// architectures that greenify knows: "proc.go park_m: schedule 1".
func callers(t *testing.T, dir string) []string {
	t.Helper()
	lines := map[string]bool{}
	for _, arch := range []string{"amd64", "arm64"} {
		ctx := build.Default
		ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = "linux", arch, true
		pkg, err := ctx.ImportDir(dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range pkg.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				sites := map[string]int{}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && slices.Contains(roads, id.Name) {
						sites[id.Name]++
					}
					return true
				})
				for road, n := range sites {
					lines[fmt.Sprintf("%s %s: %s %d", name, fn.Name.Name, road, n)] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(lines))
}
