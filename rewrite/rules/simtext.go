package rules

import (
	"fmt"
	"regexp"

	"github.com/greenify-go/greenify/rewrite/plural"
)

// A Text gives declarations of a file of the standard library other names, so that the hub
// can have the old ones. It is for what a Leaf cannot patch: assembly, declarations without a
// body, and directives.
type Text struct {
	File  string // path below GOROOT/src
	Go    string // the releases whose text it is for, as of a Leaf
	Match string // a regular expression
	New   string // what is put in its place
	Sites int    // how often it matches
	Why   string
}

// In reports whether the change is for a release, such as go1.27.3.
func (t Text) In(release string) bool { return in(t.Go, release) }

// Apply returns the file with all sites changed.
func (t Text) Apply(src []byte) ([]byte, error) {
	re := regexp.MustCompile(t.Match)
	if n := len(re.FindAllIndex(src, -1)); n != t.Sites {
		return nil, fmt.Errorf("%s has %s for %q, want %d", t.File, plural.Of(n, "site"), t.Match, t.Sites)
	}
	return re.ReplaceAll(src, []byte(t.New)), nil
}

// SimTexts make room for points at operations of sync/atomic (runtime/hub/sync/atomic/sim.go)
// and at the accesses that the race detector is told of (runtime/hub/sim_race.go), and have maps
// hash pointers otherwise (runtime/hub/sim_pointer.go), and have others than package runtime get
// another clock and other chance by the names of its functions (runtime/hub/sim_pulled.go). They apply only with -sim.
func SimTexts() []Text { return simTexts }

const (
	atomicName   = "a point: before an operation of sync/atomic"
	memoryName   = "a point: before an access to memory"
	atomicLinked = `(?m)^(//go:linkname \w+ sync/atomic\.)([A-Z])`
	pointerHash  = "the order of maps whose keys have pointers does not depend on where objects are"
	pulledName   = "what others pull by go:linkname is the clock and the chance of the schedule"
	memoryAsm    = `runtime·(race(?:read|write)(?:range)?)(<ABIInternal>)?\(SB\)`
)

var simTexts = []Text{
	{"sync/atomic/doc.go", "", `(?m)^func (\w)`, "func hub$1", 25, atomicName},
	{"sync/atomic/doc.go", ">=go1.27", `(?m)^(//go:linknamestd )(\w)`, "${1}hub$2", 3, atomicName},
	{"sync/atomic/doc_64.go", "", `(?m)^func (\w)`, "func hub$1", 14, atomicName},
	{"sync/atomic/asm.s", "", `TEXT ·`, "TEXT ·hub", 36, atomicName},
	{"runtime/atomic_pointer.go", "", atomicLinked, "${1}hub$2", 6, atomicName},
	{"runtime/race.go", "", atomicLinked, "${1}hub$2", 33, atomicName},
	{"runtime/race_amd64.s", "", `sync∕atomic·`, "sync∕atomic·hub", 58, atomicName},
	{"runtime/race_arm64.s", "", `sync∕atomic·`, "sync∕atomic·hub", 58, atomicName},
	{"runtime/race.go", "", `(?m)^func (race(?:read|write)(?:range)?)\(`, "func hub$1(", 4, memoryName},
	{"runtime/race_amd64.s", "", memoryAsm, "runtime·hub$1$2(SB)", 8, memoryName},
	{"runtime/race_arm64.s", "", memoryAsm, "runtime·hub$1$2(SB)", 8, memoryName},
	{"runtime/time_nofake.go", "", `(?m)^//go:linkname nanotime$`, "//go:linkname nanotime runtime.hubOwnNanotime", 1, pulledName},
	{"runtime/timeasm.go", "", `(?m)^(//go:linkname time_now) time.now$`, "$1 time.hubOwnNow", 1, pulledName},
	{"runtime/time_linux_amd64.s", "", `TEXT time·now<`, "TEXT time·hubOwnNow<", 1, pulledName},
	{"runtime/timestub.go", "", `(?m)^(//go:linkname time_now) time.now$`, "$1 time.hubOwnNow", 1, pulledName},
	{"runtime/badlinkname.go", "", `(?m)^//go:linkname cputicks$`, "//go:linkname cputicks runtime.hubOwnTicks", 1, pulledName},
	{"runtime/asm_amd64.s", "", `TEXT runtime·cputicks\(`, "TEXT runtime·hubOwnTicks(", 1, pulledName},
	{"runtime/rand.go", "", `(?m)^//go:linkname (cheaprand\w*)$`, "//go:linkname $1 runtime.hubOwn_$1", 3, pulledName},
	{"internal/runtime/maps/map.go", "", `typ\.Hasher\(`, "hubHash(typ, ", 5, pointerHash},
	{"internal/runtime/maps/table.go", "", `typ\.Hasher\(`, "hubHash(typ, ", 4, pointerHash},
	{"internal/runtime/maps/runtime.go", "<go1.27", `typ\.Hasher\(`, "hubHash(typ, ", 3, pointerHash},
	{"internal/runtime/maps/runtime.go", ">=go1.27", `typ\.Hasher\(`, "hubHash(typ, ", 2, pointerHash},
	{"internal/runtime/maps/runtime_fast64.go", "<go1.27", `typ\.Hasher\(`, "hubHash(typ, ", 4, pointerHash},
	{"internal/runtime/maps/runtime_fast64.go", ">=go1.27", `memHash64Fallback\(uint64\(\(uintptr\)\(key\)\)`, "hubHash64(typ, uint64((uintptr)(key))", 1, pointerHash},
	{"internal/runtime/maps/runtime_fast64.go", ">=go1.27", `memHash64Fallback\(key`, "hubHash64(typ, key", 2, pointerHash},
}
