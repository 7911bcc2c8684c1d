package insource

import "testing"

// -get asks for the version of package green that is there: of a module that go.mod replaces
// the go command finds none but latest.
func TestWantedVersion(t *testing.T) {
	const head = "module m\n\ngo 1.26\n\n"
	for mod, want := range map[string]string{
		head: "v0.3.0",
		head + "require github.com/greenify-go/greenify v0.1.0\n":                                                           "v0.1.0",
		head + "replace github.com/greenify-go/greenify => ../greenify\n":                                                   "latest",
		head + "replace github.com/greenify-go/greenify => example.com/fork v1.0.0\n":                                       "latest",
		head + "replace github.com/greenify-go/greenify v0.2.0 => ../greenify\n":                                            "v0.3.0",
		head + "replace example.com/other => ../other\n":                                                                    "v0.3.0",
		head + "require github.com/greenify-go/greenify v0.1.0\n\nreplace github.com/greenify-go/greenify => ../greenify\n": "v0.1.0",
	} {
		if got, err := wantedVersion("go.mod", []byte(mod), "v0.3.0"); got != want || err != nil {
			t.Errorf("%s, %v, want %s, of\n%s", got, err, want, mod)
		}
	}
}
