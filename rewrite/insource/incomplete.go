package insource

import (
	"fmt"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// Partial checks a set of module groups: threads that yield at some waits must not
// keep the hub in others that only another green thread can end. It refuses such a
// set with the places in the program that stuck lists; if partial sets are allowed
// it returns the text as a warning.
func Partial(groups []string, allowed bool, stuck func(missing []string) ([]string, error)) (warning string, err error) {
	missing := rules.Missing(groups)
	if groups == nil || missing == nil {
		return "", nil
	}
	list, err := stuck(missing)
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
	if !allowed {
		return "", fmt.Errorf("%s\nadd %s to -patch, or use -allow-partial", text, strings.Join(missing, ","))
	}
	return "may deadlock: " + text, nil
}

// maxStuck is how many positions are printed.
const maxStuck = 20

// partial checks the groups that the command is to patch.
func (c *command) partial(listings []*load.Listing) error {
	warning, err := Partial(c.Groups, c.AllowPartial, func(missing []string) ([]string, error) {
		var list []string
		seen := map[string]bool{}
		for _, l := range listings {
			pkgs, err := l.Load(l.Roots...)
			if err != nil {
				return nil, c.inView(l, err)
			}
			for _, p := range pkgs {
				for _, line := range p.Stuck(c.Groups, missing) {
					if !seen[line] {
						list = append(list, line)
					}
					seen[line] = true
				}
			}
		}
		return list, nil
	})
	if warning != "" {
		c.note("%s", warning)
	}
	return err
}
