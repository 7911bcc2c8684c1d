package setting

// The one table of the settings of the GREENIFY variable, and what reads them by it. In a
// whole-program build this file is compiled into package runtime, too (hub.Files): there
// the variable is read before anything of the program exists. Hence it imports nothing,
// and its names are the hub's.

// A hubSetting is one part of the variable, GODEBUG style: KEY or KEY=VALUE.
type hubSetting struct {
	name     string
	value    string // an example for the help; "" if it takes none
	kind     hubSettingKind
	inSource bool     // programs patched in source know it as well
	unset    int64    // what it is if the variable does not say; a time is in nanoseconds
	test     int64    // the same in a test binary
	max      int64    // of a number; 0: any, and wrong says what it is
	wrong    string   // what is said of a wrong value, if not what its kind says
	doc      []string // lines of the help; nil: not for people
}

type hubSettingKind uint8

const (
	hubIsSwitch hubSettingKind = iota // KEY
	hubIsBit                          // KEY, KEY=1 or KEY=0
	hubIsNumber                       // KEY=20: from 1 to max
	hubIsCount                        // KEY=2: from 1 to max; auto is 0
	hubIsTime                         // KEY=50ms; 0 and off are off
	hubIsFile                         // KEY=name
)

// hubPoolMax is the largest size of an offload pool.
const hubPoolMax = 1<<20 - 1

// hubSettingTable lists the settings in the order of their names. What they cost while
// they are on is measured by go run ./testdata/bench/show -settings.
var hubSettingTable = []hubSetting{
	{name: "admin", value: "path", kind: hubIsFile,
		wrong: "names no file, or one with a path longer than 107 bytes, the most for a socket", doc: []string{
			"listen on a Unix socket of that name, for greenify ps, top and profile;",
			"its mode is 0600, and clients must be of the same user; costs nothing but",
			"while it answers, when the program stops; %p in the name is the process id",
		}},
	{name: "blocked", value: "50ms", kind: hubIsTime, inSource: true, test: 100e6, doc: []string{
		"report on standard error when one thread keeps the hub from ready ones",
		"for longer than that, in processor time: which thread, its stack and, at",
		"the end, how long; us, ms or s, 0 or off is off; costs nothing that can be",
		"measured; in source it is off in tests, too, but for threads that wait",
		"(rescued= in the statistics)",
	}},
	{name: "busy", value: "1s", kind: hubIsTime, inSource: true, unset: 1e9, test: 100e6, doc: []string{
		"a thread that computes for longer than that while others are ready is made",
		"to yield where it is, as by plain Go: still one thread at a time, but what it",
		"was in the middle of may be cut there, such as a step on shared data without",
		"a lock. It is reported once for each place, counted (preempted= in the",
		"statistics), and cut every 10 ms until it waits by itself. us, ms or s; 0 or",
		"off: it keeps the hub. What must not be cut goes into green.NoYield. In source",
		"it goes on beside the hub, with GOMAXPROCS at 1, until its next patched call",
	}},
	{name: "children", value: "1", kind: hubIsBit, inSource: true, doc: []string{
		"child processes that inherit the variable report, too (stats, blocked):",
		"see below",
	}},
	{name: "control", value: "FD", kind: hubIsNumber, wrong: "is not a descriptor; greenify sets it for workers"},
	{name: "deadlock", value: "5s", kind: hubIsTime, test: 5e9, doc: []string{
		"report on standard error threads that nobody can wake any more, while others",
		"run or all are asleep: proven by the garbage collector, so of what a global",
		"variable refers to only circles of locks are reported, a suspicion without",
		"-locks; never a thread that the program can kill, nor select {}; each once;",
		"us, ms or s, 0 or off is off; costs a",
		"collection when one has waited for that long and others have run since, at",
		"most one processor in a hundred",
	}},
	{name: "drain", value: "30s", kind: hubIsTime, unset: 30e9, test: 30e9, doc: []string{
		"with workers, how long one that is to end has for its connections; then it",
		"is killed; us, ms or s, 0 or off: at once",
	}},
	{name: "help", kind: hubIsSwitch, inSource: true, doc: []string{
		"print this text on standard output and end with exit code 0, before main",
	}},
	{name: "made", value: "1", kind: hubIsBit, test: 1, doc: []string{
		"reports of deadlocks say where a channel was made; to make a channel then",
		"takes about 20 ns more",
	}},
	{name: "off", kind: hubIsSwitch, inSource: true, doc: []string{
		"run as plain Go: the same binary, no green threads",
	}},
	{name: "offload", value: "20", kind: hubIsNumber, inSource: true, unset: 20, test: 20, max: hubPoolMax, doc: []string{
		"how many threads do offloaded work at once (green.Offload,",
		"-offload=disk), at least 1; -offload-size is another default",
	}},
	{name: "parent", value: "ID", kind: hubIsNumber, inSource: true, wrong: "is not a process id; greenify sets it for children"},
	{name: "pidfile", value: "file", kind: hubIsFile, wrong: "names no file", doc: []string{
		"with workers, write the process id of their parent in that file",
	}},
	{name: "races", value: "1", kind: hubIsBit, doc: []string{
		"in a program built with -race, report the races that the program",
		"would have as plain Go; under the hub it has none",
	}},
	{name: "record", value: "file", kind: hubIsFile, wrong: "names no file", doc: []string{
		"record which threads ran, and why others did not, in a file of 1 MB that",
		"does not grow: the last 32,768 changes, also of a program that is killed.",
		"greenify trace reads it; it cannot be replayed, for time, network and what",
		"was drawn are not in it; a change of threads then takes about 0.1 us more;",
		"%p in the name is the process id",
	}},
	{name: "stats", value: "1", kind: hubIsBit, inSource: true, doc: []string{
		"at exit, print the hub's statistics on standard error; costs nothing that",
		"can be measured",
	}},
	{name: "trace", value: "file", kind: hubIsFile, wrong: "names no file", doc: []string{
		"write a trace that ui.perfetto.dev and chrome://tracing open, and greenify",
		"trace renders; a change of threads then takes about 2 us more; %p in the",
		"name is the process id",
	}},
	{name: "worker", value: "N", kind: hubIsNumber, wrong: "is not the number of a worker; greenify sets it for workers"},
	{name: "workers", value: "2", kind: hubIsCount, max: 512, doc: []string{
		"run the program, a server, as that many processes that share its listeners:",
		"greenify help workers; auto is one for each processor that it may use",
	}},
}

// shown is the setting as people see it: "off", "blocked=50ms".
func (s *hubSetting) shown() string {
	if s.value == "" {
		return s.name
	}
	return s.name + "=" + s.value
}

// text is a value of the setting as it is written in the variable.
func (s *hubSetting) text(n int64) string {
	switch {
	case s.kind != hubIsTime:
		return hubDecimal(n)
	case n == 0:
		return "off"
	case n%1e9 == 0:
		return hubDecimal(n/1e9) + "s"
	case n%1e6 == 0:
		return hubDecimal(n/1e6) + "ms"
	}
	return hubDecimal(n/1e3) + "us"
}

// hubUnset is the value of a setting that the variable does not have.
func hubUnset(name string, test bool) int64 {
	for i := range hubSettingTable {
		if s := &hubSettingTable[i]; s.name == name && test {
			return s.test
		} else if s.name == name {
			return s.unset
		}
	}
	return 0
}

// A hubFieldRead is one field of the variable, read.
type hubFieldRead struct {
	setting *hubSetting // nil: there is none of that name
	n       int64       // of a bit 0 or 1, of a time nanoseconds
	file    string
	wrong   string // what is wrong with the value
}

// hubReadField reads a field of the variable.
func hubReadField(field string, inSource bool) (r hubFieldRead) {
	key, value, alone := field, "", true
	for i := range len(field) {
		if field[i] == '=' {
			key, value, alone = field[:i], field[i+1:], false
			break
		}
	}
	for i := range hubSettingTable {
		if s := &hubSettingTable[i]; s.name == key && (s.inSource || !inSource) {
			r.setting = s
		}
	}
	s := r.setting
	if s == nil {
		return r
	}
	switch s.kind {
	case hubIsSwitch:
		r.n = 1
		if !alone {
			r.wrong = "takes no value"
		}
	case hubIsBit:
		if alone || value == "1" {
			r.n = 1
		} else if value != "0" {
			r.wrong = "is neither 0 nor 1"
		}
	case hubIsNumber:
		n, rest := hubDigits(value)
		if r.n = n; n < 1 || s.max != 0 && n > s.max || rest != "" {
			r.wrong = "is not a number from 1 to " + hubDecimal(s.max)
		}
	case hubIsCount:
		n, rest := hubDigits(value)
		if r.n = n; value == "auto" {
			r.n = 0
		} else if n < 1 || n > s.max || rest != "" {
			r.wrong = "is neither auto nor a number from 1 to " + hubDecimal(s.max)
		}
	case hubIsTime:
		r.n, r.wrong = hubDuration(value)
	case hubIsFile:
		if r.file = value; value == "" {
			r.wrong = "names no file"
		}
	}
	if r.wrong != "" && s.wrong != "" {
		r.wrong = s.wrong
	}
	return r
}

// hubDuration reads a whole number of us, ms or s into nanoseconds, or 0 or off.
func hubDuration(value string) (n int64, wrong string) {
	n, unit := hubDigits(value)
	ns := int64(1)
	switch {
	case value == "off":
		return 0, ""
	case unit == "us":
		ns = 1e3
	case unit == "ms":
		ns = 1e6
	case unit == "s":
		ns = 1e9
	case unit == "" && value != "" && n != 0: // 0 needs no unit
		return 0, "has no unit: " + value + "ms"
	case unit != "":
		return 0, "is not a whole number of us, ms or s"
	}
	switch {
	case len(value) == len(unit):
		return 0, "is not a whole number of us, ms or s"
	case n < 0 || n > (1<<63-1)/ns:
		return 0, "is too long"
	}
	return n * ns, ""
}

// hubDigits reads the number that s begins with; it is -1 if it is too large, and 0 if
// there is none.
func hubDigits(s string) (n int64, rest string) {
	i := 0
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if d := int64(s[i] - '0'); n < 0 || n > (1<<63-1-d)/10 {
			n = -1
		} else {
			n = 10*n + d
		}
	}
	return n, s[i:]
}

func hubDecimal(n int64) string {
	if n < 10 {
		return "0123456789"[n : n+1]
	}
	return hubDecimal(n/10) + hubDecimal(n%10)
}

// hubRefusal says what is wrong with a field, and what is allowed.
func hubRefusal(field string, r hubFieldRead, inSource bool) string {
	if r.setting == nil {
		return "unknown setting " + hubSafe(field) + " in GREENIFY; known are " + hubKnown(inSource) + "; see greenify help runtime"
	}
	return "GREENIFY: " + hubSafe(field) + ": " + r.wrong + "; see greenify help runtime"
}

// hubSafe is text of the user's for a terminal: whatever would steer one is escaped.
func hubSafe(s string) string {
	var b []byte
	for i := range len(s) {
		const digits = "0123456789abcdef"
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			b = append(b, '\\', 'x', digits[c>>4], digits[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// hubKnown lists the settings as people see them.
func hubKnown(inSource bool) string {
	text := ""
	for i := range hubSettingTable {
		if s := &hubSettingTable[i]; s.doc != nil && (s.inSource || !inSource) {
			if text != "" {
				text += ", "
			}
			text += s.shown()
		}
	}
	return text
}

// hubHelp is the text of greenify help runtime, and of GREENIFY=help.
func hubHelp(inSource bool) string {
	text := "Settings of a patched program, in the variable GREENIFY, separated by commas:\n\n"
	width := 0
	for i := range hubSettingTable {
		width = max(width, len(hubSettingTable[i].shown()))
	}
	for i := range hubSettingTable {
		s := &hubSettingTable[i]
		if inSource && !s.inSource {
			continue
		}
		head := s.shown()
		for _, line := range s.doc {
			for len(head) < width {
				head += " "
			}
			text += "\t" + head + "  " + line + "\n"
			head = ""
		}
		if s.doc != nil && s.unset|s.test != 0 {
			for len(head) < width {
				head += " "
			}
			text += "\t" + head + "  (default " + s.text(s.unset)
			if s.test != s.unset {
				text += ", in a test binary " + s.text(s.test)
			}
			text += ")\n"
		}
	}
	if !inSource {
		text += "\nA program patched in source knows " + hubKnown(true) + ".\n"
	}
	return text + hubHelpEnd
}

const hubHelpEnd = `
What is on with =1 may be written without it, and is off with =0.
An unknown setting or value stops the program before main with exit code 2.

What is inherited: children of the program find the variable in their environment,
marked by parent=ID, the process id of the program. What the program holds or reads is
left alone: a patched child that finds such a mark takes the socket (admin) only if it is
free or its name has %p, writes a trace only if the name has %p, and prints no statistics
and no reports of blocked unless children=1 is set. It says nothing about that. A program
that gives a child a GREENIFY of its own asks the child itself. A test binary that starts
itself has no reports of blocked by default.

A program with more rights than its user (set-user-ID, set-group-ID, file capabilities)
does not read the variable.
`
