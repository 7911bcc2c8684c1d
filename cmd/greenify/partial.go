package main

import (
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/insource"
)

// partial refuses a set of groups in which threads yield at some waits but keep
// the hub in others that only another green thread can end, unless -allow-partial
// says to go on; then it says what may deadlock.
func (e *env) partial(o *buildOptions, l *goLine) error {
	warning, err := insource.Partial(o.groups, o.allowPartial, func(missing []string) ([]string, error) { return e.stuck(o.groups, l, missing) })
	if warning != "" {
		e.say("%s", warning)
	}
	return err
}

// stuck lists the places in the packages of the build where a thread may keep the
// hub from the thread it waits for.
func (e *env) stuck(groups []string, l *goLine, missing []string) ([]string, error) {
	if l.command == "sdk" {
		return []string{"an SDK builds any program, also those that wait so"}, nil
	}
	patterns := l.packages()
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	flags := append([]string{l.buildTags(getenv(e.environ, "GOFLAGS"))}, l.sources...)
	pkgs, err := load.Packages(load.Config{Dir: l.dir, Env: e.environ, Flags: flags, Stderr: e.stderr}, patterns...)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, p := range pkgs {
		list = append(list, p.Stuck(groups, missing)...)
	}
	return list, nil
}
