package gen

import (
	"fmt"
	"strings"
	"testing"
)

// A program that fails for what its source has is reduced to that, wherever it was.
func TestReduce(t *testing.T) {
	for _, tt := range []struct {
		has  []string // of the source, for a failure
		want string   // the draws that are left are marked _
	}{
		{[]string{"reflect.Select("}, "reflected[], ends by return[]"},
		{[]string{"iter.Pull2("}, "pulls[0 0 0 _], ends by return[]"},
		{[]string{"sync.NewCond(rw.RLocker())"}, "gate[0 _], ends by return[]"},
		{[]string{"reflect.Select(", "os.Exit(0)"}, "reflected[], ends by exit[]"},
		{[]string{"runtime.Goexit()", "deferred", "reflect.Select("}, "reflected[], ends by mainexit[]"},
	} {
		fails := func(p *Program) bool {
			src, err := p.File("main", "", "main")
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.has {
				if !strings.Contains(src, s) {
					return false
				}
			}
			return true
		}
		seed, asked := uint64(1), 0
		for !fails(New(seed)) {
			seed++
		}
		small, err := Reduce(New(seed), func(list []*Program) ([]bool, error) {
			asked++
			failed := make([]bool, len(list))
			for i, p := range list {
				failed[i] = fails(p)
			}
			return failed, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range small.all() {
			for i, d := range n.Draws {
				if d != 0 {
					n.Draws[i] = -1
				}
			}
		}
		got := strings.ReplaceAll(small.String(), "-1", "_")
		if want := fmt.Sprintf("seed %d: %s", seed, tt.want); got != want {
			t.Errorf("%q: got %s, want %s", tt.has, got, want)
		}
		if asked > 40 {
			t.Errorf("%q: %d times asked", tt.has, asked)
		}
	}
}
