package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// partial refuses a set of groups in which threads yield at some waits but keep
// the hub in others that only another green thread can end, unless -allow-partial
// says to go on; then it says what may deadlock.
func (c *command) partial(f *goFlags) error {
	missing := rules.Missing(f.groups)
	if missing == nil {
		return nil
	}
	list, err := c.stuck(f, missing)
	if err != nil {
		list = []string{fmt.Sprintf("the program's own packages could not be searched: %v", err)}
	}
	text := fmt.Sprintf("-patch without %s: such a wait keeps the hub, and the green thread that would end it cannot run", strings.Join(missing, ", "))
	for i, line := range list {
		if i == maxStuck {
			text += fmt.Sprintf("\n\tand %d more", len(list)-i)
			break
		}
		text += "\n\t" + line
	}
	if list == nil {
		text += "\n\tin the named packages nothing of the kind was found; the packages they import may wait so"
	}
	if !f.allowPartial {
		return fmt.Errorf("%s\nadd %s to -patch, or use -allow-partial", text, strings.Join(missing, ","))
	}
	fmt.Fprintf(c.stderr, "greenify: may deadlock: %s\n", text)
	return nil
}

// maxStuck is how many positions are printed.
const maxStuck = 20

// stuck lists the places in the packages of the build where a thread may keep the
// hub from the thread it waits for: locks that are held across a yield, select
// statements, channel operations.
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
	pkgs, err := load.Packages(load.Config{Dir: f.dir, Env: c.env, Flags: []string{"-tags=" + joinTags(f.tags)}}, patterns...)
	if err != nil {
		return nil, err
	}
	yields := func(s *find.Site) bool { return slices.Contains(f.groups, waitGroup(s)) }
	var list []string
	for _, p := range pkgs {
		for _, file := range p.Find(false, false) {
			if slices.Contains(missing, "thread") {
				for _, h := range file.HeldAcross(p.Types, p.Info, yields) {
					list = append(list, fmt.Sprintf("%v: %s is held while %s waits", p.Fset.Position(h.Lock), h.What, h.Wait.What))
				}
			}
			for _, s := range file.Sites {
				if g := waitGroup(s); g != "thread" && slices.Contains(missing, g) {
					list = append(list, fmt.Sprintf("%v: %s", p.Fset.Position(s.Pos), s.What))
				}
			}
		}
	}
	return list, nil
}

// waitGroup is the group whose patch makes the wait of a site yield; "" if it
// does not wait.
func waitGroup(s *find.Site) string {
	switch {
	case s.Kind != find.Yield && s.Kind != find.Offload || s.To == "green.Go":
		return ""
	case s.What == "select":
		return "select"
	case s.What == "send" || s.What == "receive" || s.What == "range over a channel":
		return "builtins"
	}
	return s.Group
}
