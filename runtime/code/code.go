// Package code finds calls in the machine code of a program: those that keep the
// hub, and those by which packages that are patched in source register. Before a
// build nobody can know them; what the linker made is true of that program, dead
// code and cached packages included, and costs the build nothing.
//
// greenify inspect reads binaries with it, green.Manifest the running program.
package code

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"debug/gosym"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
)

// A Program is the machine code of a program with its table of functions, which
// even stripped binaries have.
type Program struct {
	Build *debug.BuildInfo

	file    *elf.File
	text    []byte // the section .text
	addr    uint64 // its address
	table   *gosym.Table
	modules []string // import paths of the program's modules
}

// Read reads a program. The error says that it is not a Go program for linux, or that
// its code cannot be read.
func Read(r io.ReaderAt) (*Program, error) {
	info, err := buildinfo.Read(r)
	if err != nil {
		return nil, fmt.Errorf("not a Go program: %w", err)
	}
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, fmt.Errorf("no program for linux: %w", err)
	}
	if f.Machine != elf.EM_X86_64 && f.Machine != elf.EM_AARCH64 {
		return nil, fmt.Errorf("code for %s cannot be read, only that for amd64 and arm64", f.Machine)
	}
	c := &Program{Build: info, file: f, modules: []string{"main", info.Main.Path}}
	for _, d := range info.Deps {
		c.modules = append(c.modules, d.Path)
	}
	var lines []byte
	for _, s := range f.Sections {
		switch s.Name {
		case ".text":
			c.text, err = s.Data()
			c.addr = s.Addr
		case ".gopclntab", ".data.rel.ro.gopclntab": // the second in position-independent programs
			lines, err = s.Data()
		}
		if err != nil {
			return nil, err
		}
	}
	if c.text == nil || lines == nil {
		return nil, errors.New("no code with a table of Go functions")
	}
	// The table has addresses relative to the first Go function, which is not
	// the beginning of .text if C code is linked in.
	relative, err := gosym.NewTable(nil, gosym.NewLineTable(lines, 0))
	if err != nil {
		return nil, err
	}
	start, err := c.start(relative)
	if err != nil {
		return nil, err
	}
	c.table, err = gosym.NewTable(nil, gosym.NewLineTable(lines, start))
	return c, err
}

// start finds the address of the first Go function: where the code of
// runtime.goexit, a no-op and a call of runtime.goexit1, is as far from that
// function as the table says.
func (c *Program) start(relative *gosym.Table) (uint64, error) {
	exit := relative.LookupFunc("runtime.goexit")
	if exit == nil {
		return 0, errors.New("no function runtime.goexit")
	}
	nop := uint64(1) // its length
	if c.file.Machine == elf.EM_AARCH64 {
		nop = 4
	}
	var distances []uint64 // goexit1 has two entries, one for assembly
	for _, f := range relative.Funcs {
		if f.Name == "runtime.goexit1" {
			distances = append(distances, f.Entry-exit.Entry-nop)
		}
	}
	for pc, target := range c.calls(c.addr, c.addr+uint64(len(c.text))) {
		if slices.Contains(distances, target-pc) && (nop == 4 || pc > c.addr && c.text[pc-c.addr-1] == 0x90) {
			return pc - nop - exit.Entry, nil
		}
	}
	return 0, errors.New("no code of runtime.goexit")
}

// calls yields the addresses of call and jump instructions from lo to hi, and
// those of their targets. The instructions of amd64 are not decoded: bytes in the
// middle of one may look like another, but its target is then an address by
// chance.
func (c *Program) calls(lo, hi uint64) func(yield func(pc, target uint64) bool) {
	return func(yield func(pc, target uint64) bool) {
		text := c.text[lo-c.addr : hi-c.addr]
		if c.file.Machine == elf.EM_AARCH64 {
			for i := 0; i+4 <= len(text); i += 4 {
				w := binary.LittleEndian.Uint32(text[i:])
				if w&0x7c000000 == 0x14000000 { // B, BL
					pc := lo + uint64(i)
					if !yield(pc, pc+uint64(int64(int32(w<<6)>>6)*4)) {
						return
					}
				}
			}
			return
		}
		for i := 0; i+5 <= len(text); i++ {
			if text[i]&0xfe == 0xe8 { // CALL, JMP
				pc := lo + uint64(i)
				if !yield(pc, pc+5+uint64(int64(int32(binary.LittleEndian.Uint32(text[i+1:]))))) {
					return
				}
			}
		}
	}
}

// A call is one instruction that calls, or jumps to, a function.
type call struct {
	pc       uint64
	from, to *gosym.Func
}

// callers returns the calls of the functions that want names from those of the
// program's modules.
func (c *Program) callers(want func(name string) bool) []call {
	targets := map[uint64]*gosym.Func{}
	for i := range c.table.Funcs {
		if f := &c.table.Funcs[i]; want(f.Name) {
			targets[f.Entry] = f
		}
	}
	if len(targets) == 0 {
		return nil
	}
	var list []call
	for i := range c.table.Funcs {
		f := &c.table.Funcs[i]
		if !c.inProgram(Package(f.Name)) || f.Entry < c.addr || f.End > c.addr+uint64(len(c.text)) || f.End < f.Entry {
			continue
		}
		for pc, target := range c.calls(f.Entry, f.End) {
			if to := targets[target]; to != nil && to.Entry != f.Entry { // a function that grows its stack begins again
				list = append(list, call{pc, f, to})
			}
		}
	}
	return list
}

// A Left is a call that keeps the hub, or the baton.
type Left struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Func   string `json:"func"` // the caller, as in a stack trace
	Call   string `json:"call"` // what is called
	Reason string `json:"reason"`
}

// Reasons are the functions whose calls keep the hub for as long as they last, by
// the names that the linker gives them, and why.
var Reasons = map[string]string{
	"syscall.AllThreadsSyscall":  allThreads,
	"syscall.AllThreadsSyscall6": allThreads,
	"syscall.RawSyscall":         raw,
	"syscall.RawSyscall6":        raw,
	// Assembly that goes there.
	"golang.org/x/sys/unix.RawSyscall":  raw,
	"golang.org/x/sys/unix.RawSyscall6": raw,
}

const (
	allThreads = "every OS thread makes the call in a stopped world: nothing runs meanwhile in plain Go either"
	raw        = "package runtime is not told of the call: plain Go cannot use its processor meanwhile either"
)

// Left returns the calls of the program that keep the hub, by position. The C
// functions of the packages in drivers leave it. A call by a function that is
// offloaded is in the list: the code does not tell who calls that function.
func (c *Program) Left(inSource bool, drivers []string) []Left {
	list := []Left{} // not nil: JSON has an array
	isC := func(name string) (string, bool) {
		pkg := Package(name)
		fn, ok := strings.CutPrefix(strings.TrimPrefix(name, pkg), "._Cfunc_")
		if !ok {
			fn, ok = strings.CutPrefix(strings.TrimPrefix(name, pkg), "._C2func_")
		}
		if slices.Contains(drivers, pkg) {
			return "", false
		}
		return "C." + fn, ok && c.inProgram(pkg) && !Memory(fn)
	}
	want := func(name string) bool {
		_, ok := isC(name)
		return ok || Reasons[name] != ""
	}
	for _, call := range c.callers(want) {
		from, to := call.from, call.to
		if Package(from.Name) == "golang.org/x/sys/unix" {
			continue // its raw system calls are those that do not block (go:sysnb)
		}
		l := Left{Func: from.Name, Call: to.Name, Reason: Reasons[to.Name]}
		if name, ok := isC(to.Name); ok {
			l.Call, l.Reason = name, "waits in C: after 10 ms the hub is taken from it"
			if inSource {
				l.Reason = "waits in C with the baton: wrap it in green.Offload"
			}
		}
		l.File, l.Line, _ = c.table.PCToLine(call.pc)
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Call, b.Call))
	})
	return slices.Compact(list)
}

// Memory reports whether a C function is one that cgo adds, or that only manages
// memory: it does not wait.
func Memory(name string) bool {
	switch name {
	case "GoString", "GoStringN", "GoBytes", "CString", "CBytes", "_CMalloc", "malloc", "calloc", "free":
		return true
	}
	return false
}

// register is called by packages patched in source.
const register = green + "/patched.Register"

const green = "github.com/greenify-go/greenify/runtime"

// Registered returns the packages that register themselves as patched in source,
// and their version of the rule table.
func (c *Program) Registered() (list []string, version string) {
	for _, call := range c.callers(func(name string) bool { return name == register }) {
		if pkg := Package(call.from.Name); !slices.Contains(list, pkg) {
			list = append(list, pkg)
		}
		if v := c.lastString(call.pc); v != "" {
			version = v
		}
	}
	slices.Sort(list)
	return list, version
}

// lastString returns the second of two string arguments of a call, a constant:
// on amd64 the compiler loads its address into CX by LEAQ, its length into DI by
// MOVL.
func (c *Program) lastString(call uint64) string {
	if c.file.Machine != elf.EM_X86_64 || call < c.addr+40 {
		return ""
	}
	from := call - 40
	before := c.text[from-c.addr : call-c.addr]
	i := bytes.LastIndex(before, []byte{0x48, 0x8d, 0x0d})
	if i < 0 || i+7 > len(before) {
		return ""
	}
	at := from + uint64(i) + 7 + uint64(int64(int32(binary.LittleEndian.Uint32(before[i+3:]))))
	length := 0
	for n := 0; n+5 <= len(before); n++ {
		if l := binary.LittleEndian.Uint32(before[n+1:]); before[n] == 0xbf && l <= maxVersion {
			length = int(l)
		}
	}
	buf := make([]byte, length)
	for _, s := range c.file.Sections {
		if s.Type == elf.SHT_PROGBITS && s.Addr <= at && at+uint64(len(buf)) <= s.Addr+s.Size {
			if _, err := s.ReadAt(buf, int64(at-s.Addr)); err != nil {
				return ""
			}
			return string(buf)
		}
	}
	return ""
}

// maxVersion is the length of a version with all groups but one, and more.
const maxVersion = 128

// Packages returns the packages of the program that have code of their own, not
// all inlined elsewhere.
func (c *Program) Packages() []string {
	seen := map[string]bool{}
	var list []string
	for _, f := range c.table.Funcs {
		if pkg := Package(f.Name); c.inProgram(pkg) && !seen[pkg] && pkg != green && !strings.HasPrefix(pkg, green+"/") {
			seen[pkg] = true
			list = append(list, pkg)
		}
	}
	slices.Sort(list)
	return list
}

// Package returns the import path in the name of a function, in which the
// linker escapes dots behind the last slash.
func Package(name string) string {
	head, _, _ := strings.Cut(name, "[") // type arguments may have slashes
	slash := strings.LastIndexByte(head, '/') + 1
	pkg, _, _ := strings.Cut(head[slash:], ".")
	return strings.ReplaceAll(head[:slash]+pkg, "%2e", ".")
}

// inProgram reports whether a package belongs to a module of the program rather
// than to the standard library.
func (c *Program) inProgram(pkg string) bool {
	return slices.ContainsFunc(c.modules, func(mod string) bool {
		return mod != "" && strings.HasPrefix(pkg, mod) && (len(pkg) == len(mod) || strings.ContainsRune("/_.", rune(pkg[len(mod)])))
	})
}
