package find

import "slices"

// WaitGroup is the module group whose patch makes the wait of a site yield; "" if
// it does not wait.
func (s *Site) WaitGroup() string {
	switch {
	case s.Kind != Yield && s.Kind != Offload || s.To == "green.Go" || s.To == "green.WaitGo" || s.To == "patched.GroupGo":
		return ""
	case s.What == "select":
		return "select"
	case s.What == "send" || s.What == "receive" || s.What == "range over a channel":
		return "builtins"
	}
	return s.Group
}

// selectGroups takes out the sites that wait, or cannot be patched, for a group that
// is not to be patched, and returns them. Goroutines are green threads whatever the
// groups are, and callbacks enter the hub, as in a whole-program build: there a
// group decides only which waits yield.
func (f *finder) selectGroups() (others []*Site) {
	if f.Groups == nil {
		return nil
	}
	f.Sites = slices.DeleteFunc(f.Sites, func(s *Site) bool {
		group := s.WaitGroup()
		if s.Kind == Blocking || s.Kind == Cgo {
			group = s.Group
		}
		out := group != "" && !slices.Contains(f.Groups, group)
		if out {
			others = append(others, s)
		}
		return out
	})
	return others
}
