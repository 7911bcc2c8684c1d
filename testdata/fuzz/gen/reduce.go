package gen

import (
	"cmp"
	"slices"
)

// Reduce returns a program that fails as p does and of which nothing can be left out: no node, no
// kid, no draw. The function is asked which of some programs fail; it gets many at once, for what
// is built together costs less.
func Reduce(p *Program, fails func([]*Program) ([]bool, error)) (*Program, error) {
	for {
		smaller, err := step(p, fails)
		if smaller == nil || err != nil {
			return p, err
		}
		p = smaller
	}
}

// step returns a smaller program that fails, or nil.
func step(p *Program, fails func([]*Program) ([]bool, error)) (*Program, error) {
	for _, list := range [][]*Program{p.withoutNodes(), p.withoutDraws()} {
		failed, err := which(list, fails)
		if err != nil {
			return nil, err
		}
		if len(failed) > 0 {
			return failed[0], nil
		}
	}
	// Draws that each can be 0 often can be together.
	var can []*Program
	zeros := p.zeros()
	failed, err := fails(zeros)
	if err != nil {
		return nil, err
	}
	for i, z := range zeros {
		if failed[i] {
			can = append(can, z)
		}
	}
	if len(can) == 0 {
		return nil, nil
	}
	together := []*Program{p.common(can), p.common(can[:len(can)/2]), p.common(can[len(can)/2:])}
	again, err := which(together, fails)
	if err != nil {
		return nil, err
	}
	return append(again, can[0])[0], nil
}

// which returns the programs that fail, the smallest first.
func which(list []*Program, fails func([]*Program) ([]bool, error)) ([]*Program, error) {
	if len(list) == 0 {
		return nil, nil
	}
	failed, err := fails(list)
	var some []*Program
	for i, f := range failed {
		if f {
			some = append(some, list[i])
		}
	}
	slices.SortStableFunc(some, func(a, b *Program) int { return cmp.Compare(a.Size(), b.Size()) })
	return some, err
}

// withoutNodes are the programs with a node less, or with one that is replaced by what is below it or
// by a leaf.
func (p *Program) withoutNodes() []*Program {
	var list []*Program
	try := func(edit func(q *Program)) {
		q := p.clone()
		edit(q)
		if q.Size() < p.Size() {
			list = append(list, q)
		}
	}
	for i := range p.Nodes {
		try(func(q *Program) { q.Nodes = q.Nodes[i : i+1] })
		try(func(q *Program) { q.Nodes = slices.Delete(q.Nodes, i, i+1) })
		for j := range p.Nodes[i].Kids {
			try(func(q *Program) { q.Nodes[i] = q.Nodes[i].Kids[j] })
		}
	}
	try(func(q *Program) { q.Nodes = nil })
	try(func(q *Program) { q.End = &Node{Kind: ends[0].name} })
	try(func(q *Program) { q.Names = 0 })
	for i, n := range p.all() {
		try(func(q *Program) { q.all()[i].Kids = nil })
		for j, k := range n.Kids {
			try(func(q *Program) { n := q.all()[i]; n.Kids = slices.Delete(n.Kids, j, j+1) })
			for l := range k.Kids {
				try(func(q *Program) { n := q.all()[i]; n.Kids[j] = n.Kids[j].Kids[l] })
			}
		}
		if n != p.End {
			try(func(q *Program) { *q.all()[i] = Node{Kind: kinds[0].name} })
		}
	}
	return list
}

// withoutDraws are the programs with fewer draws of a node.
func (p *Program) withoutDraws() []*Program {
	var list []*Program
	for i, n := range p.all() {
		for left := 0; left < len(n.Draws); left += 1 + left/2 {
			q := p.clone()
			q.all()[i].Draws = q.all()[i].Draws[:left]
			list = append(list, q)
		}
		if len(n.Draws) > 0 {
			q := p.clone()
			q.all()[i].Draws = q.all()[i].Draws[:len(n.Draws)-1]
			list = append(list, q)
		}
	}
	return list
}

// zeros are the programs with one draw more that is 0.
func (p *Program) zeros() []*Program {
	var list []*Program
	for i, n := range p.all() {
		for j, d := range n.Draws {
			if d != 0 {
				q := p.clone()
				q.all()[i].Draws[j] = 0
				list = append(list, q)
			}
		}
	}
	return list
}

// common is p with all draws 0 that are 0 in one of the programs, which differ from it in draws alone.
func (p *Program) common(list []*Program) *Program {
	q := p.clone()
	for _, other := range list {
		for i, n := range other.all() {
			for j, d := range n.Draws {
				if d == 0 {
					q.all()[i].Draws[j] = 0
				}
			}
		}
	}
	return q
}

// all are the nodes of the program, and its end.
func (p *Program) all() []*Node {
	var list []*Node
	var add func(n *Node)
	add = func(n *Node) {
		list = append(list, n)
		for _, k := range n.Kids {
			add(k)
		}
	}
	for _, n := range p.Nodes {
		add(n)
	}
	add(p.End)
	return list
}

func (p *Program) clone() *Program {
	q := &Program{Seed: p.Seed, End: p.End.clone(), Names: p.Names}
	for _, n := range p.Nodes {
		q.Nodes = append(q.Nodes, n.clone())
	}
	return q
}

func (n *Node) clone() *Node {
	m := &Node{Kind: n.Kind, Draws: slices.Clone(n.Draws)}
	for _, k := range n.Kids {
		m.Kids = append(m.Kids, k.clone())
	}
	return m
}
