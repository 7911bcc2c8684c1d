package rules

import (
	"slices"
	"testing"
)

// A rule is for the releases that it names, their candidates included.
func TestIn(t *testing.T) {
	all := []string{"go1.26", "go1.26.8", "go1.27rc1", "go1.27.0", "go1.27.3", "go1.28.1"}
	for constraint, want := range map[string][]string{
		"":         all,
		"<go1.27":  all[:2],
		">=go1.27": all[2:],
	} {
		got := slices.DeleteFunc(slices.Clone(all), func(release string) bool { return !Leaf{Go: constraint}.In(release) })
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", constraint, got, want)
		}
	}
}

// A constraint names a release of which there is another side.
func TestConstraints(t *testing.T) {
	for _, r := range slices.Concat(Leaves(), Disk(), Locks(), Sim()) {
		if r.Go != "" && r.Go != "<go1.27" && r.Go != ">=go1.27" {
			t.Errorf("%s: for the releases %q", r.Symbol(), r.Go)
		}
	}
}
