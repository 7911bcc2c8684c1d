package find

import (
	"cmp"
	"go/token"
	"slices"
)

// A span is a range of positions that has to do with a site.
type span struct {
	pos, end token.Pos
	site     int // its index in the sites
}

// spansOf returns the spans of sites, by their begin: those that of adds for each part of a replacement.
func spansOf(sites []*Site, of func(p Part, add func(pos, end token.Pos))) []span {
	var list []span
	for i, s := range sites {
		for _, p := range s.Template.Parts {
			of(p, func(pos, end token.Pos) { list = append(list, span{pos, end, i}) })
		}
	}
	slices.SortStableFunc(list, func(a, b span) int {
		return cmp.Or(int(a.pos-b.pos), int(b.end-a.end))
	})
	return list
}

// sweep returns a function that is given positions in ascending order, and returns the spans that may contain
// one: all that do, and perhaps some that end before. What is syntax is nested or apart, so that they
// are few, however many spans there are.
func sweep(list []span) func(pos token.Pos) []span {
	var open []span
	closed := func(pos token.Pos) {
		for len(open) > 0 && open[len(open)-1].end <= pos {
			open = open[:len(open)-1]
		}
	}
	return func(pos token.Pos) []span {
		for len(list) > 0 && list[0].pos <= pos {
			closed(list[0].pos)
			open, list = append(open, list[0]), list[1:]
		}
		closed(pos)
		return open
	}
}
