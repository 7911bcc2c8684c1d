package main

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// What a kill may pass by: a killed thread unwinds where it waits, so that deferred calls
// run but nothing else behind the wait does. Functions of these forms hold something over
// a wait and rely on what is behind:
//
//	lock      mu.Lock(); wait; mu.Unlock(), and no deferred Unlock
//	close     c := open(); wait; c.Close(), and no deferred Close: mostly if err != nil
//	deferred  a deferred function literal that looks at an error, which says nil
//	count     x.n++; wait; x.n--
//
// killed.tsv has a verdict for each:
//
//	shielded   a kill is an error first (rewrite/rules/shield.go): where
//	goroutine  it runs in a goroutine of std, which has no handle
//	harmless   why
//	own        what is held is the caller's, as after any error in the middle of something: why

// judge prints what has no verdict, and verdicts on nothing, and returns how many. To
// update is to add the former, without one, and to take the latter out.
func judge(list []killed, update bool) (differs int) {
	name := filepath.Join(release, "killed.tsv")
	verdicts, err := os.ReadFile(name)
	if err != nil {
		fail("%v: run it at the root of the repository", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(verdicts), "\n"), "\n")
	known := map[string]string{}
	for _, line := range lines[1:] {
		if f := strings.Split(line, "\t"); len(f) == 6 && f[5] != "" {
			known[strings.Join(f[:4], "\t")] = line
		}
	}
	out := lines[:1]
	for _, k := range list {
		line := known[k.key()]
		if line == "" {
			fmt.Printf("+ killed.tsv: %s\twaits in %s: no verdict\n", k.key(), k.wait)
			differs++
			line = k.key() + "\t\t"
		}
		delete(known, k.key())
		out = append(out, line)
	}
	for key := range known {
		fmt.Printf("- killed.tsv: %s: a verdict on nothing\n", key)
		differs++
	}
	fmt.Printf("%s: %d functions that a kill may pass by; %d differences\n", runtime.Version(), len(list), differs)
	if update {
		if err := os.WriteFile(name, []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
			fail("%v", err)
		}
	}
	return differs
}

// A killed is a function of one of the forms.
type killed struct {
	pkg, symbol, form, held string
	wait                    string // an example
}

func (k killed) key() string { return strings.Join([]string{k.pkg, k.symbol, k.form, k.held}, "\t") }

// cuts are the kinds of wait in which a thread is killed at once.
var cuts = map[string]bool{"sleep": true, "wait": true, "condwait": true, "net": true, "pipe": true, "chan": true, "sock": true, "lock": true, "dns": true, "fdrw": true}

// releases are the names of functions that give something back.
var releases = map[string]bool{"Close": true, "close": true, "CloseWithError": true, "Unlock": true, "RUnlock": true, "Release": true, "decref": true, "Stop": true, "finalClose": true, "releaseConn": true}

func (g *graph) killed() []killed {
	var list []killed
	seen := map[string]bool{}
	for _, f := range g.funcs {
		if f.Synthetic != "" || opaque(path(f)) || isPrimitive(f) || tests(path(f)) || f.Blocks == nil {
			continue
		}
		for _, k := range g.killedIn(f) {
			outer := f
			for outer.Parent() != nil {
				outer = outer.Parent()
			}
			k.pkg = path(f)
			k.symbol = strings.TrimPrefix(funcName(outer), k.pkg+".")
			if !seen[k.key()] {
				seen[k.key()] = true
				list = append(list, k)
			}
		}
	}
	slices.SortFunc(list, func(a, b killed) int { return cmp.Compare(a.key(), b.key()) })
	return list
}

// killedIn finds the forms in one function.
func (g *graph) killedIn(f *ssa.Function) (list []killed) {
	waits := g.waitsIn(f)
	if len(waits) == 0 {
		return nil
	}
	deferred := map[string]bool{} // what deferred calls release
	for _, b := range reachable(f) {
		for _, instr := range b.Instrs {
			if d, ok := instr.(*ssa.Defer); ok {
				deferred[released(&d.Call)] = true
				if body := d.Call.StaticCallee(); body != nil && body.Parent() != nil {
					for _, b := range body.Blocks {
						for _, instr := range b.Instrs {
							if call, ok := instr.(ssa.CallInstruction); ok {
								deferred[released(call.Common())] = true
							}
						}
					}
				}
			}
		}
	}
	for _, b := range reachable(f) {
		for i, instr := range b.Instrs {
			form, held := holds(instr)
			if form == "" || form != "deferred" && deferred[held] {
				continue
			}
			name := g.waitBetween(b, i+1, waits, held, map[*ssa.BasicBlock]bool{}, "")
			if name != "" {
				list = append(list, killed{form: form, held: held, wait: name})
			}
		}
	}
	return list
}

// waitsIn names the waits among the instructions of f.
func (g *graph) waitsIn(f *ssa.Function) map[ssa.Instruction]string {
	waits := map[ssa.Instruction]string{}
	for _, e := range g.edges[f] {
		if _, ok := e.at.(*ssa.Defer); ok {
			continue // deferred calls are not cut
		}
		for _, kind := range slices.Sorted(keys(g.waits[e.to])) {
			if cuts[kind] && crossing(f, e, kind) != nil {
				waits[e.at] = funcName(e.to)
			}
		}
	}
	for _, b := range reachable(f) {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				waits[instr] = "[chan send]"
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					waits[instr] = "[chan recv]"
				}
			case *ssa.Select:
				if instr.Blocking {
					waits[instr] = "[select]"
				}
			case *ssa.Call:
				if name := outside(&instr.Call); name != "" {
					waits[instr] = name
				}
				if callee := instr.Call.StaticCallee(); callee != nil && len(instr.Call.Args) > 0 {
					if _, ok := lockMethods[funcName(callee)]; ok && g.locks[lockClass(instr.Call.Args[0])] {
						waits[instr] = funcName(callee)
					}
				}
			}
		}
	}
	return waits
}

func keys(m map[string]wait) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// outside names a call of what may be the program's, and wait: readers, writers,
// connections, drivers, transports.
func outside(call *ssa.CallCommon) string {
	if !call.IsInvoke() {
		return ""
	}
	n, ok := types.Unalias(call.Value.Type()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return ""
	}
	name := n.Obj().Pkg().Path() + "." + n.Obj().Name() + "." + call.Method.Name()
	switch pkg := n.Obj().Pkg().Path(); {
	case pkg == "database/sql/driver", name == "net/http.RoundTripper.RoundTrip", name == "net/http.Handler.ServeHTTP",
		pkg == "net/rpc" && strings.Contains(name, "Codec"):
		return name
	case pkg == "io" || pkg == "net":
		switch call.Method.Name() {
		case "Read", "Write", "ReadByte", "WriteByte", "WriteString", "ReadFrom", "WriteTo", "ReadAt", "WriteAt", "Accept":
			return name
		}
	}
	return ""
}

// holds says what an instruction begins to hold.
func holds(instr ssa.Instruction) (form, held string) {
	switch instr := instr.(type) {
	case *ssa.Call:
		callee := instr.Call.StaticCallee()
		if callee != nil {
			if _, ok := lockMethods[funcName(callee)]; ok {
				return "lock", lockClass(instr.Call.Args[0])
			}
		}
		results := instr.Call.Signature().Results()
		for i := range results.Len() {
			if t := results.At(i).Type(); closes(t) {
				return "close", typeName(t)
			}
		}
	case *ssa.Defer:
		if body := instr.Call.StaticCallee(); body != nil && body.Parent() != nil && looksAtError(body) {
			return "deferred", "error"
		}
	case *ssa.Store:
		if field, delta := counts(instr); delta > 0 {
			return "count", field
		}
	}
	return "", ""
}

// closes reports whether a value of the type has to be closed.
func closes(t types.Type) bool {
	set := types.NewMethodSet(t)
	for i := range set.Len() {
		switch set.At(i).Obj().Name() {
		case "Close", "closeFunc", "finalClose", "releaseConn":
			return true
		}
	}
	return false
}

func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Path() })
}

// looksAtError reports whether a deferred function literal asks a captured error.
func looksAtError(f *ssa.Function) bool {
	for _, v := range f.FreeVars {
		p, ok := v.Type().(*types.Pointer)
		if !ok || !types.Identical(p.Elem(), types.Universe.Lookup("error").Type()) {
			continue
		}
		for _, ref := range *v.Referrers() {
			if load, ok := ref.(*ssa.UnOp); ok && len(*load.Referrers()) > 0 {
				return true
			}
		}
	}
	return false
}

// counts says by how much a store changes a field.
func counts(s *ssa.Store) (field string, delta int64) {
	addr, ok := s.Addr.(*ssa.FieldAddr)
	if !ok {
		return "", 0
	}
	op, ok := s.Val.(*ssa.BinOp)
	if !ok || op.Op != token.ADD && op.Op != token.SUB {
		return "", 0
	}
	c, ok := op.Y.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.Int || c.Int64() != 1 {
		return "", 0
	}
	if load, ok := op.X.(*ssa.UnOp); !ok || load.Op != token.MUL {
		return "", 0
	}
	delta = 1
	if op.Op == token.SUB {
		delta = -1
	}
	return lockClass(addr), delta
}

// released says what a call gives back: a lock, or a value of a type.
func released(call *ssa.CallCommon) string {
	if call.IsInvoke() {
		if releases[call.Method.Name()] {
			return typeName(call.Value.Type())
		}
		return ""
	}
	callee := call.StaticCallee()
	if callee == nil || len(call.Args) == 0 {
		return ""
	}
	if unlockMethods[funcName(callee)] {
		return lockClass(call.Args[0])
	}
	if releases[callee.Name()] && callee.Signature.Recv() != nil {
		return typeName(call.Args[0].Type())
	}
	return ""
}

// waitBetween names a wait between here and where what is held is given back, if it is:
// what is never given back here is handed on.
func (g *graph) waitBetween(b *ssa.BasicBlock, i int, waits map[ssa.Instruction]string, held string, seen map[*ssa.BasicBlock]bool, waited string) string {
	for _, instr := range b.Instrs[i:] {
		back := ""
		switch instr := instr.(type) {
		case *ssa.Call:
			back = released(&instr.Call)
		case *ssa.Store:
			if field, delta := counts(instr); delta < 0 {
				back = field
			}
		}
		if held == "error" && waited != "" || held != "error" && back == held {
			return waited
		}
		if name := waits[instr]; name != "" && waited == "" {
			waited = name
		}
	}
	if held == "error" && waited != "" {
		return waited
	}
	for _, s := range b.Succs {
		if !seen[s] {
			seen[s] = true
			if name := g.waitBetween(s, 0, waits, held, seen, waited); name != "" {
				return name
			}
		}
	}
	return ""
}
