package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/insource"
)

// partial refuses a set of groups in which threads yield at some waits but keep
// the hub in others that only another green thread can end, unless -allow-partial
// says to go on; then it says what may deadlock.
func (c *command) partial(f *goFlags) error {
	warning, err := insource.Partial(f.groups, f.allowPartial, func(missing []string) ([]string, error) { return c.stuck(f, missing) })
	if warning != "" {
		fmt.Fprintf(c.stderr, "greenify: %s\n", warning)
	}
	return err
}

// stuck lists the places in the packages of the build where a thread may keep the
// hub from the thread it waits for.
func (c *command) stuck(f *goFlags, missing []string) ([]string, error) {
	var patterns []string
	for _, arg := range f.args[f.packages:] {
		goFile := strings.HasSuffix(arg, ".go")
		if strings.HasPrefix(arg, "-") || f.command == "run" && len(patterns) > 0 && !goFile {
			break // flags of the test or arguments of the program
		}
		patterns = append(patterns, arg)
	}
	if patterns == nil {
		patterns = []string{"."}
	}
	flags := []string{"-tags=" + joinTags(cmp.Or(f.tags, goflag(getenv(c.env, "GOFLAGS"), "tags")))}
	flags = append(flags, f.sources...)
	pkgs, err := load.Packages(load.Config{Dir: f.dir, Env: c.env, Flags: flags, Stderr: c.stderr}, patterns...)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, p := range pkgs {
		list = append(list, p.Stuck(f.groups, missing)...)
	}
	return list, nil
}
