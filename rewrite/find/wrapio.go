package find

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/streams"
)

// wrapIO: io.Copy(dst, src)  =>  io.Copy(patched.Writer(dst), patched.Reader(src))
//
// What the call does besides reading and writing, which may be patched code,
// goes on as part of the thread. The wrapper is a reader or writer with the one method
// that the parameter's type has, and calls that of the original without the baton: bytes,
// errors and order are the same. Methods that the call might have asked for besides
// (io.WriterTo, io.ReaderFrom) are gone, and with them a faster copy; package io does
// without.
//
// Not wrapped is what never waits, or sees to it itself (memory): buffers, the standard
// output, and what the package itself defines, unless it has the method from an embedded
// field that waits. A slice of readers for a variadic parameter is a finding: its elements
// are not here.
func (f *finder) wrapIO(n *ast.CallExpr, r rules.Call) {
	sig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	for _, x := range f.streams(n) {
		if _, tuple := f.Info.TypeOf(x).(*types.Tuple); tuple {
			f.unpatchable(n, r.Group, r.Symbol(), "its arguments come from one call: assign them to variables first")
			return
		}
		kind := wrapper(paramType(sig, min(slices.Index(n.Args, x), sig.Params().Len()-1)))
		switch {
		case n.Ellipsis.IsValid() && x == n.Args[len(n.Args)-1]:
			f.unpatchable(n, r.Group, r.Symbol(), "it is given a slice: wrap each of its values in "+Qualified(kind)+", and give it those one by one")
			continue
		case r.Locks:
			if !f.sink(x) {
				f.unpatchable(n, r.Group, r.Symbol(), r.Why)
			}
			continue
		}
		if !f.promoted(x, map[string]string{"Reader": "Read", "Writer": "Write"}[kind]) && f.memory(x) {
			continue
		}
		to := Qualified(kind)
		f.add(&Site{
			Pos: x.Pos(), End: x.End(), Kind: Offload, Group: r.Group, What: r.Symbol(), To: to, Template: replace(x, "§"+kind+"($0$)", in(x)), Later: r.Later(),
			Message: r.Symbol() + " holds the hub while it " + r.Why + ": wrap that in " + to,
		})
	}
}

// streams returns the readers and writers of a call: the arguments for parameters
// of type io.Reader and io.Writer.
func (f *finder) streams(n *ast.CallExpr) []ast.Expr {
	var list []ast.Expr
	sig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	for i, x := range n.Args {
		if wrapper(paramType(sig, min(i, sig.Params().Len()-1))) != "" {
			list = append(list, x)
		}
	}
	return list
}

// sink reports whether x is a writer that never waits for anybody: memory, or the
// standard output.
func (f *finder) sink(x ast.Expr) bool {
	path, _ := declared(f.Info.TypeOf(x))
	return streams.Memory(path) || f.standard(x)
}

// standard reports whether x is the standard output, where a program says what it
// does and which nobody is late to read, or io.Discard.
func (f *finder) standard(x ast.Expr) bool {
	id, _ := callee(x)
	if id == nil {
		return false
	}
	v, ok := f.Info.Uses[id].(*types.Var)
	if !ok || v.Pkg() == nil {
		return false
	}
	switch v.Pkg().Path() + "." + v.Name() {
	case "os.Stdout", "os.Stderr", "io.Discard":
		return true
	}
	return false
}

// promoted reports whether x is a value of a struct type of this package that has its
// method Read or Write from something embedded which waits. Package green finds that
// at run time.
func (f *finder) promoted(x ast.Expr, method string) bool {
	t := f.Info.TypeOf(x)
	if path, _ := declared(t); path != f.Pkg.Path() || types.IsInterface(t) {
		return false
	}
	obj, index, _ := types.LookupFieldOrMethod(t, true, f.Pkg, method)
	fn, ok := obj.(*types.Func)
	if !ok || len(index) == 1 {
		return false
	}
	r, ok := f.rule(fn)
	return ok && r.Act == rules.Offload
}

// memory reports whether x never waits, or is wrapped already: buffers, hashes,
// readers and writers that were given a stream when they were made, what the
// package itself defines, and the standard output.
func (f *finder) memory(x ast.Expr) bool {
	if call, ok := ast.Unparen(f.defined(x)).(*ast.CallExpr); ok {
		if id, _ := callee(call.Fun); id != nil && fromGreen(f.Info.Uses[id]) {
			return true
		}
	}
	if f.standard(f.defined(x)) {
		return true
	}
	t := f.Info.TypeOf(x)
	path, name := declared(t)
	return f.Info.Types[x].IsNil() || path == f.Pkg.Path() && !types.IsInterface(t) || streams.Passes(path, name)
}

// native reports whether the operands of the call run no patched code: they are
// files, connections, buffers, and the bodies that net/http gives. In memory
// nothing waits.
func (f *finder) native(n *ast.CallExpr) bool {
	inMemory := func(x ast.Expr) bool {
		path, _ := declared(f.Info.TypeOf(x))
		return streams.Memory(path)
	}
	list := f.streams(n)
	if !slices.ContainsFunc(list, func(x ast.Expr) bool { return !inMemory(x) }) {
		return false
	}
	return !slices.ContainsFunc(list, func(x ast.Expr) bool {
		if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok {
			v, ok := f.Info.Uses[s.Sel].(*types.Var)
			if ok && v.IsField() && v.Name() == "Body" && v.Pkg() != nil && v.Pkg().Path() == "net/http" {
				return false
			}
		}
		path, name := declared(f.Info.TypeOf(x))
		return !streams.Native(path, name, types.IsInterface(f.Info.TypeOf(x)))
	})
}

// alone reports whether x, a reader or writer, runs no patched code: its type is
// one of the standard library that calls nobody, or it is wrapped already.
func (f *finder) alone(x ast.Expr) bool {
	if f.standard(x) || f.Info.Types[x].IsNil() || f.entered(f.defined(x)) {
		return true
	}
	path, _ := declared(f.Info.TypeOf(x))
	return streams.Alone(path) && !types.IsInterface(f.Info.TypeOf(x))
}
