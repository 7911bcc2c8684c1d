// Package gen makes random concurrent programs whose output does not depend on the schedule.
//
// A program is a tree of nodes, and one end. A node is a function of an int that starts
// goroutines, waits for them in one of many ways, and returns a value: the order in which its
// goroutines run may change how it comes about, and not what it is. What is collected is added up,
// goes to a place of its own, or comes through a channel with one sender. A node calls its kids
// somewhere in there, so kids run in several goroutines at once, with locks held, in callbacks,
// in deferred calls; they have no state outside. So any tree is a program, and so is what is
// left of a tree: that is what Reduce needs.
//
// Which of many forms a node has is decided by its draws, small numbers that were drawn once. 0,
// and what is missing, is the plainest form.
//
// The end is how the program ends: it returns, exits, panics, or all goroutines wait for ever.
//
//	gen                                program, nodes, what a seed draws
//	reduce                             smaller ones that still do something
//	channels locks control library     a kind of node each function
//	ends                               a kind of end each function
//	parts                              forms that many kinds have in common
//	write                              Go source from it
//	help native                        what all programs call, of which native stays unpatched in source
package gen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A Program is the description of a program.
type Program struct {
	Seed  uint64
	Nodes []*Node // called one after the other; what they return is printed
	End   *Node
	Names int // which names it has for the packages that it imports
}

// A Node is a function of a program, or its end.
type Node struct {
	Kind  string
	Draws []int
	Kids  []*Node
}

// A kind writes the body of a node's function, in which x is the argument.
type kind struct {
	name  string
	write func(*writer)
}

// drawn is how many draws a node gets. Those that its kind does not take say nothing.
const drawn = 24

// New draws the program of a seed.
func New(seed uint64) *Program {
	rnd := rand.New(rand.NewPCG(seed, 0))
	p := &Program{Seed: seed}
	for range 2 + rnd.IntN(3) {
		p.Nodes = append(p.Nodes, newNode(rnd, kinds, 3))
	}
	p.End = newNode(rnd, ends, 1)
	if rnd.IntN(2) == 0 {
		p.End = &Node{Kind: ends[0].name}
	}
	if rnd.IntN(4) == 0 {
		p.Names = rnd.IntN(len(names))
	}
	return p
}

// newNode draws a node with kids below it, at most depth deep.
func newNode(rnd *rand.Rand, kinds []kind, depth int) *Node {
	n := &Node{Kind: kinds[rnd.IntN(len(kinds))].name}
	for range drawn {
		n.Draws = append(n.Draws, rnd.IntN(1<<10))
	}
	if depth > 1 {
		for range rnd.IntN(3) {
			n.Kids = append(n.Kids, newNode(rnd, nodeKinds(), depth-1))
		}
	}
	return n
}

// String is the description in one line, for people.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d:", p.Seed)
	for _, n := range p.Nodes {
		b.WriteString(" " + n.String())
	}
	b.WriteString(", ends by " + p.End.String())
	if p.Names != 0 {
		fmt.Fprintf(&b, ", names %d", p.Names)
	}
	return b.String()
}

func (n *Node) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%v", n.Kind, n.Draws)
	if len(n.Kids) > 0 {
		fmt.Fprintf(&b, "%v", n.Kids)
	}
	return b.String()
}

// Size is what Reduce makes smaller: nodes count most, then draws, and what these are.
func (p *Program) Size() int {
	size := p.End.size() + p.Names
	for _, n := range p.Nodes {
		size += n.size()
	}
	return size
}

func (n *Node) size() int {
	size := 1 << 20
	for _, d := range n.Draws {
		size += 1<<12 + d
	}
	for _, k := range n.Kids {
		size += k.size()
	}
	return size
}
