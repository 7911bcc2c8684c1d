package find

import (
	"go/types"
)

// A Fact is what the callers of a function of a package that is not patched have to know.
type Fact struct {
	// Through is the chain of calls by which the function may wait for somebody else, ending
	// with what waits; nil if it does not.
	Through []string `json:",omitempty"`

	// Keeps are the parameters that it may keep, or call in another goroutine: bit 0 is the
	// receiver, bit i+1 parameter i. What is not in Keeps it calls, if at all, before it
	// returns, in the goroutine of its caller.
	Keeps uint64 `json:",omitempty"`
}

// KeepsParam reports whether parameter i is kept.
func (f Fact) KeepsParam(i int) bool { return f.Keeps&paramBit(i) != 0 }

func paramBit(i int) uint64 { return 1 << min(i+1, 63) }

const keepsAll = ^uint64(0)

// carries reports whether a value of type t may lead to code: a function, or a method that
// is called through an interface.
func carries(t types.Type, seen []types.Type) bool {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		for _, s := range seen {
			if s == t {
				return false
			}
		}
		if obj := n.Obj(); obj.Pkg() == nil && obj.Name() == "error" {
			return false
		} else if obj.Pkg() != nil && obj.Pkg().Path() == "context" && obj.Name() == "Context" {
			return false
		}
		seen = append(seen, t)
	}
	if _, ok := t.(*types.TypeParam); ok {
		return true
	}
	if len(seen) > 6 {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Signature, *types.Interface:
		return true
	case *types.Pointer:
		return carries(u.Elem(), seen)
	case *types.Slice:
		return carries(u.Elem(), seen)
	case *types.Array:
		return carries(u.Elem(), seen)
	case *types.Chan:
		return carries(u.Elem(), seen)
	case *types.Map:
		return carries(u.Elem(), seen) || carries(u.Key(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if carries(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}
