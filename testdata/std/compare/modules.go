package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/greenify-go/greenify/testdata/internal/modules"
)

// thirdParty copies the modules of a file whose path matches one of the regular
// expressions, by default all, below dir, and returns their packages that have tests, with
// their lines of the file of exceptions.
func thirdParty(ctx context.Context, file string, filters []string, dir, exceptionsFile string) ([]target, error) {
	list, err := modules.Read(file)
	if err != nil {
		return nil, err
	}
	exceptions, err := readExceptions(exceptionsFile)
	if err != nil {
		return nil, err
	}
	filter, err := regexp.Compile(strings.Join(filters, "|"))
	if err != nil {
		return nil, err
	}
	var targets []target
	for _, m := range list {
		if !filter.MatchString(m.Path) {
			continue
		}
		copied := filepath.Join(dir, "modules", filepath.FromSlash(m.Path))
		if err := m.Copy(ctx, copied); err != nil {
			return nil, err
		}
		pkgs, err := m.Tested(ctx, copied)
		if err != nil {
			return nil, err
		}
		for _, pkg := range pkgs {
			targets = append(targets, target{pkg: pkg, dir: copied, exceptions: of(pkg, exceptions)})
		}
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("%s: no module matches %q", file, filter)
	}
	return targets, nil
}
