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

// linter is the plugin. It has no settings.
type linter struct{}

func open(settings any) (register.LinterPlugin, error) {
	if _, err := register.DecodeSettings[struct{}](settings); err != nil {
		return nil, fmt.Errorf("greenify takes no settings: %w", err)
	}
	return linter{}, nil
}

func (linter) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{greenify.Analyzer}, nil
}

func (linter) GetLoadMode() string { return register.LoadModeTypesInfo }
