package golangci

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"
)

// The plugin is registered under the name that users enable, and refuses
// settings instead of ignoring them. testdata/hosts runs it in golangci-lint.
func TestPlugin(t *testing.T) {
	open, err := register.GetPlugin("greenify")
	if err != nil {
		t.Fatal(err)
	}
	p, err := open(nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.BuildAnalyzers()
	if err != nil || len(list) != 1 || list[0].Name != "greenify" || p.GetLoadMode() != register.LoadModeTypesInfo {
		t.Errorf("analyzers %v, error %v, load mode %s", list, err, p.GetLoadMode())
	}
	if _, err := open(map[string]any{"strict": true}); err == nil {
		t.Error("an unknown setting is accepted")
	}
	for patch, ok := range map[string]bool{"tme": false, "-thread": false, "all": true} {
		if _, err := open(map[string]any{"patch": patch}); (err == nil) != ok {
			t.Errorf("setting patch %s: %v", patch, err)
		}
	}
}
