package cover

import (
	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
)

// A mean says how a whole-program build treats one kind of wait of the standard
// library. The kinds are those of the ground truth (data/*/std.tsv): what a
// function waits in, computed from the code of the release.
type mean struct {
	kind    string
	at      string // part of "symbol: witness" that the line is for; "" for all of the kind
	verdict rules.Verdict
	rule    string // symbol of the leaf rule that does it, see Rows
	why     string // what Short is bounded by, why Blocks blocks
}

const (
	park   = "runtime.park_m"
	poller = "runtime.injectglist"
	yields = "runtime.goschedImpl"
	rescue = "runtime.sysmon"

	bounded  = "one system call; after 10 ms the hub is taken from it"
	collects = "the garbage collector or a stopped world, in which plain Go runs nobody either"
)

// means is searched from the top. A witness that passes through the declaration
// of a leaf rule that leaves the hub needs no line: it is offloaded.
var means = []mean{
	{"sleep", "", rules.Green, park, ""},
	{"wait", "", rules.Green, park, ""},
	{"condwait", "", rules.Green, park, ""},
	{"chan", "", rules.Green, park, ""},
	{"lock", "", rules.Green, park, ""},
	{"synctest", "", rules.Green, park, ""},
	{"net", "", rules.Green, poller, ""},
	{"pipe", "", rules.Green, poller, ""},
	{"signal", "signalWaitUntilIdle", rules.Green, yields, ""},
	{"signal", "", rules.Green, park, ""},
	{"dns", "net.cgoLookup", rules.Offloaded, "net.doBlockingWithCtx", ""},
	{"dns", "", rules.Green, poller, ""},

	{"process", "syscall.forkAndExecInChild", rules.Short, "", "vfork: until the child has called exec"},
	{"process", "syscall.runtime_BeforeExec", rules.Short, "", "the OS threads being created, then the program is another one"},
	{"process", "os.checkClonePidfd", rules.Short, rescue, "once a program, a child that ends at once"},
	{"process", "pidfdWait", rules.Green, poller, ""},
	{"process", "", rules.Short, rescue, bounded},
	{"disk", "", rules.Short, rescue, bounded},
	{"sock", "", rules.Short, rescue, bounded},
	{"fdrw", "", rules.Short, rescue, bounded},
	{"flock", "", rules.Short, rescue, bounded},
	{"syswait", "", rules.Short, rescue, bounded},

	{"cgo", "syscall.cgocaller", rules.Short, rescue, "one signal to each OS thread"},
	{"cgo", "", rules.Short, rescue, "one C call; after 10 ms the hub is taken from it"},
	{"syscall", "syscall.Set", rules.Short, "", "one system call of each OS thread"},
	{"syscall", "syscall.AllThreadsSyscall", rules.Blocks, "", code.Reasons["syscall.AllThreadsSyscall"]},
	{"syscall", "syscall.RawSyscall", rules.Blocks, "", code.Reasons["syscall.RawSyscall"]},
	{"syscall", "", rules.Short, rescue, bounded},

	{"runtime", "runtime.ReadTrace", rules.Green, park, ""},
	{"runtime", "runtime.StartTrace", rules.Green, "runtime.StartTrace", ""},
	{"runtime", "runtime.StopTrace", rules.Green, "runtime.traceAdvance", ""},
	{"runtime", "runtime.SetBlockProfileRate", rules.Green, park, ""},
	{"runtime", "runtime_traceClockUnitsPerSecond", rules.Green, park, ""},
	{"runtime", "", rules.Short, "", collects},
}

// stays says why functions without a rule in source keep the hub there: they are
// short. Searched from the top: a function whose name begins and ends so, and whose
// waits are all of these kinds.
var stays = []struct{ symbol, end, kinds, why string }{
	{"", "", "disk cgo process syscall sock fdrw", "one system or C call"},
	{"runtime", "", "runtime disk lock pipe", "the garbage collector or a stopped world; files on a disk"},
	{"testing", "", "lock pipe disk runtime", "it prints under a lock, which is held for no longer"},
	{"fmt.Print", "", "pipe disk lock", "standard output"},
	{"log.", "", "pipe disk", "standard error; other writers are reported where the logger gets them"},
	{"flag.", "", "pipe disk lock", "standard error"},
	{"go/", "", "lock pipe disk", "files on a disk, and messages on standard error"},
	{"text/scanner.", "", "pipe disk lock", "its reader is wrapped; messages on standard error"},
	{"os/signal.", "", "signal lock", "a hand-shake with a goroutine of package runtime"},
	{"database/sql.", "", "lock condwait", "locks that no query is made under"},
	{"crypto/x509.", "", "lock", "a lock that is held while the roots are read, once"},
	{"net/http.", "", "lock net chan", "locks that no request is made under; idle connections close"},
	{"net/http/httptest.", "", "net chan dns lock cgo pipe disk", "an address of this machine"},
	{"net.Listen", "", "net lock sock", "an address that is resolved already"},
	{"net.", "", "lock sock disk pipe", "system calls that wait for nobody"},
	{"", ".Close", "lock", "calls that closing itself ends"},
	{"", "", "lock pipe disk", "files on a disk"},
}

// groupOf puts a function of the standard library into a module group: by its
// package and name, else by the first of its kinds that has a group.
var groupOf = []struct{ symbol, kind, group string }{
	{"net.Lookup", "", "dns"},
	{"net.(*Resolver)", "", "dns"},
	{"net.Resolve", "", "dns"},
	{"database/sql.", "", "db"},
	{"os/exec.", "", "process"},
	{"os/signal.", "", "signal"},
	{"os/user.", "", "os"},
	{"syscall.Pause", "", "signal"},
	{"syscall.Nanosleep", "", "time"},
	{"time.Sleep", "", "time"},
	{"time.", "", "os"},
	{"sync.", "", "thread"},
	{"reflect.Select", "", "select"},
	{"net.", "", "socket"},
	{"net/", "", "socket"},
	{"crypto/tls.", "", "socket"},
	{"log/syslog.", "", "socket"},
	{"runtime.", "", "builtins"},
	{"runtime/", "", "builtins"},
	{"testing", "", "thread"},
	{"plugin.", "", "os"},
	{"io.", "", "thread"},
	{"", "process", "process"},
	{"", "syswait", "select"},
	{"", "sock", "socket"},
	{"", "pipe", "os"},
	{"", "disk", "os"},
	{"", "fdrw", "os"},
	{"", "flock", "os"},
	{"", "syscall", "os"},
	{"", "cgo", "os"},
	{"", "net", "socket"},
	{"", "chan", "thread"},
	{"", "lock", "thread"},
}
