package main

import (
	"flag"
	"fmt"

	"github.com/greenify-go/greenify/rewrite/insource"
	"github.com/greenify-go/greenify/rewrite/plural"
)

// declareSource declares the flags that check, diff, rewrite and generate have alike;
// everywhere is whether the command looks at the files for all platforms unless told
// otherwise.
func declareSource(fs *flag.FlagSet, everywhere bool) *insource.Config {
	cfg := new(insource.Config)
	fs.StringVar(&cfg.Tags, "tags", "", "build `tags`, separated by commas")
	fs.StringVar(&cfg.Overlay, "overlay", "", "read the files that this JSON `file` replaces, as the go command's flag says")
	fs.BoolVar(&cfg.Everywhere, "everywhere", everywhere, "also look at files that are for other platforms and tags")
	declarePatch(fs, &cfg.Groups, &cfg.AllowPartial)
	return cfg
}

// declareGet declares -get of the commands that write, and of diff.
func declareGet(fs *flag.FlagSet, cfg *insource.Config) {
	fs.BoolVar(&cfg.Get, "get", false, "require package green in go.mod and go.sum, if the module does not: part of the change, all or nothing")
}

// source completes what a command looks at.
func (e *env) source(cfg *insource.Config, patterns []string) insource.Config {
	c := *cfg
	c.Patterns, c.Stderr = patterns, e.stderr
	m := newMeter(e.stderr)
	m.step = "type-checking"
	c.Progress = func(done, all int) {
		m.count(done, all, "packages")
		if done == all {
			m.end()
		}
	}
	return c
}

// notes says what a command that went well has left out.
func (e *env) notes(notes []string) {
	for _, note := range notes {
		e.say("%s", note)
	}
}

// sayPatched sums up what was patched, or would be.
func (e *env) sayPatched(sites, files, left int, patched string) {
	text := fmt.Sprintf("%s in %s %s", plural.Of(sites, "site"), plural.Of(files, "file"), patched)
	if left > 0 {
		text += fmt.Sprintf(", %d left blocking (greenify check lists them)", left)
	}
	e.say("%s", text)
}
