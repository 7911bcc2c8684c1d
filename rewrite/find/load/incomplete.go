package load

import (
	"fmt"
	"slices"

	"github.com/greenify-go/greenify/rewrite/find"
)

// Stuck lists the places in a package where a thread may keep the hub from the
// thread it waits for when only some groups are patched: locks that are held across
// a yield if group thread is missing, and waits of the other missing groups.
func (p *Package) Stuck(groups, missing []string) []string {
	yields := func(s *find.Site) bool { return slices.Contains(groups, s.WaitGroup()) }
	var list []string
	for _, file := range p.find(nil).Files(false) {
		if slices.Contains(missing, "thread") {
			for _, h := range file.HeldAcross(p.Types, p.Info, yields) {
				list = append(list, fmt.Sprintf("%v: %s is held while %s waits", p.Fset.Position(h.Lock), h.What, h.Wait.What))
			}
		}
		for _, s := range file.Sites {
			if g := s.WaitGroup(); g != "thread" && slices.Contains(missing, g) {
				list = append(list, fmt.Sprintf("%v: %s", p.Fset.Position(s.Pos), s.What))
			}
		}
	}
	return list
}
