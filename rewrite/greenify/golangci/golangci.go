// Package golangci makes the analyzer a linter of golangci-lint v2, as a module
// plugin. A binary with it is built from a file .custom-gcl.yml,
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/greenify-go/greenify
//	    import: github.com/greenify-go/greenify/rewrite/greenify/golangci
//	    version: latest
//
// by golangci-lint custom, and .golangci.yml enables the linter:
//
//	version: "2"
//	linters:
//	  enable: [greenify]
//	  settings:
//	    custom:
//	      greenify:
//	        type: module
//	        description: what blocks the hub
//	        settings:
//	          patch: all  # module groups, as in greenify check -patch
//
// golangci-lint run reports, golangci-lint run --fix patches.
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/greenify-go/greenify/rewrite/greenify"
)

func init() { register.Plugin("greenify", open) }

// linter is the plugin.
type linter struct{}

// settings are those of the linter in .golangci.yml.
type settings struct {
	Patch string `json:"patch"`
}

func open(raw any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[settings](raw)
	if err != nil {
		return nil, fmt.Errorf("greenify takes the setting patch: %w", err)
	}
	if s.Patch != "" {
		if err := greenify.Analyzer.Flags.Set("patch", s.Patch); err != nil {
			return nil, fmt.Errorf("setting patch of greenify: %w", err)
		}
	}
	return linter{}, nil
}

func (linter) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{greenify.Analyzer}, nil
}

func (linter) GetLoadMode() string { return register.LoadModeTypesInfo }
