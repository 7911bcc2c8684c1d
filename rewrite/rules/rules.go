package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"

	"github.com/greenify-go/greenify/rewrite/splice"
)

// Archs are the architectures that the hub and package green are written for
// (runtime/hub, the machine code that package code reads; runtime/getg.go).
var Archs = []string{"amd64", "arm64"}

// A Leaf patches one declaration of the standard library. Leaf rules work
// below every caller: a method value, an assembly stub or a package that was
// never analyzed reaches the patched declaration all the same.
type Leaf struct {
	Group string // module group, as in -patch
	File  string // path below GOROOT/src
	Go    string // the releases whose text it is for: "" all of them, "<go1.27", ">=go1.27"
	splice.Edit
	Why string
}

// Symbol names the declaration: "runtime.park_m".
func (r Leaf) Symbol() string { return path.Dir(r.File) + "." + r.Decl }

// Leaves returns every leaf rule that needs no flag, group by group.
func Leaves() []Leaf {
	return slices.Concat(
		grouped("thread", thread, chance, shield, workers),
		grouped("process", process),
		grouped("signal", signal),
		grouped("dns", dns),
		grouped("db", db),
	)
}

// grouped returns the rules of tables of one group.
func grouped(name string, tables ...[]Leaf) []Leaf {
	all := slices.Concat(tables...)
	for i := range all {
		all[i].Group = name
	}
	return all
}

// reaches are all leaf rules, by what they need.
func reaches() []reach {
	return []reach{
		{WholeProgram, Leaves()},
		{WithPatch, slices.Concat(oneOf("os"), oneOf("socket"))},
		{WithDisk, Disk()},
		{WithLocks, Locks()},
		{WithSim, Sim()},
	}
}

type reach struct {
	name   string
	leaves []Leaf
}

// edit and the names of the operations shorten the tables.
const (
	entry   = splice.Entry
	end     = splice.End
	before  = splice.Before
	after   = splice.After
	replace = splice.Replace
)

func edit(decl string, op splice.Op, match, text string, sites int) splice.Edit {
	return splice.Edit{Decl: decl, Op: op, Match: match, Text: text, Sites: sites}
}

// Version names the rule table by a hash of its rules.
func Version() string {
	h := sha256.New()
	for _, reach := range reaches() {
		for _, r := range reach.leaves {
			fmt.Fprintf(h, "%s %+v\n", reach.name, r)
		}
	}
	for _, t := range SimTexts() {
		fmt.Fprintf(h, "%s %+v\n", WithSim, t)
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}
