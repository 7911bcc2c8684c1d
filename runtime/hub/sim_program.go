//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/strconv"
	"internal/stringslite"
	"unsafe"
)

// The schedule of a program, which greenify run -sim or build -sim has made. It is told by the
// environment what a test is told by package testing (the folder testing here): where its
// schedule goes if it fails, and which one it runs again.

// hubSimMain is that.
var hubSimMain struct {
	again  string // the command that runs it again, and a line feed
	replay bool   // a file is replayed
	strict bool   // and must come as it says
	ended  uint64 // likewise: its hash of all choices; 0: any
}

// hubSimProgram begins it. Those of tests are package testing's to begin.
func hubSimProgram() {
	if hubTestBinary() {
		return
	}
	o := hubSimReadOptions()
	strategy := hubPortfolio(o.from)
	if o.strategy != 0 {
		strategy = hubStrategy(o.strategy - 1)
	}
	seed := o.from
	m, l, s, r := &hubSimMain, &hubSimLog, &hubSim, &hubSimResult
	run, folder, results := hubSimTakeEnv("GREENIFY_SIM_RUN="), hubSimTakeEnv("GREENIFY_SIM_REPLAYS="), hubSimTakeEnv("GREENIFY_SIM_RESULTS=")
	if file := hubSimTakeEnv("GREENIFY_SIM_REPLAY="); file != "" {
		strategy = hubStrategyReplay
		hubSimPlanned(hubSimParse(hubSimReadFile(file)), o.lenient != 0)
	}
	m.again = hubSimProgramAgain(&o, run) + "\n"
	if o.mixed != 0 {
		seed = o.mixed
		m.replay, m.strict, m.ended = true, o.lenient == 0, o.ended
		l.verbose, s.tail, s.draw, s.stop = o.verbose != 0, o.tail, o.draw, o.stop
		// A child that is simulated is told what it was told as the file was written.
		hubSimTakeEnv("GREENIFY_SIM=")
		envs = append(envs, "GREENIFY_SIM="+hubSimFields(&o, ","))
	}
	hubSURW.wanted = strategy == hubStrategySURW || s.tail != 0 // without a profile: all threads have as much to do
	pkg := hubBuildInfo("path\t")
	if pkg == "command-line-arguments" && run != "" {
		pkg = run // files
	}
	l.seed = o.from
	s.label = "in the schedule of seed " + hubSimDigits(o.from) + ", which is run again by\n\t" + m.again
	if folder != "" {
		l.file = folder + "/" + hubSimFileName(pkg)
		l.head = hubSimProgramHead(pkg, &o)
		s.label += "\t" + testing_hubSimSettings() + "greenify replay " + hubSimRaceFlag() + hubSimShellWord(l.file+"-"+hubSimDigits(o.from)+".sim") + "\n"
	}
	if results != "" {
		r.path, r.test = append([]byte(results), 0), "main"
		r.head = `{"v":1,"module":"","package":"main","test":"main","seed":` + hubSimDigits(o.from) + `,"strategy":"` + hubStrategyNames[strategy] + `",`
		r.tail = "}\n"
	}
	hubSimBegin(seed, strategy, hubPointsOf(hubPoints(o.points), o.from), int64(o.early), o.steps, int64(o.seconds)*1e9)
	getg().hub.sim.epoch = s.epoch // the driver of a test's schedules is of none; main is of its own
	hubSimList(getg())
}

// hubSimProgramAgain is the command that runs the schedule again: what greenify run was told to
// run, or the program by itself.
func hubSimProgramAgain(o *hubSimOptions, run string) string {
	line := testing_hubSimSettings()
	if run == "" {
		line += "GREENIFY_SIM=" + hubSimFields(o, ",") + " " + hubSimShellWord(argslice[0])
	} else {
		line += "greenify run -sim " + hubSimRaceFlag() + hubSimFields(o, " ") + " " + run
	}
	for _, arg := range argslice[1:] {
		line += " " + hubSimShellWord(arg)
	}
	return line
}

// hubSimFields says the options of a schedule that are not what they are if nothing is said: as
// flags, or as fields of GREENIFY_SIM.
func hubSimFields(o *hubSimOptions, sep string) string {
	var plain hubSimOptions
	plain.read(hubSimDefault)
	text := ""
	flags := sep == " "
	add := func(flag, value, field string, n uint64) {
		if text != "" {
			text += sep
		}
		if flags {
			text += "-" + flag + value
		} else {
			text += field + "=" + hubSimDigits(n)
		}
	}
	add("seed", " "+hubSimDigits(o.from), "seed", o.from)
	if o.strategy != 0 {
		add("strategy", " "+hubStrategyNames[o.strategy-1], "strategy", o.strategy)
	}
	if o.points != 0 {
		add("points", " "+hubPointsNames[o.points], "points", o.points)
	}
	if o.early != plain.early {
		add("early", "="+hubSimDigits(o.early)+"ns", "early", o.early)
	}
	if o.steps != plain.steps {
		add("steps", " "+hubSimDigits(o.steps), "steps", o.steps)
	}
	if o.seconds != plain.seconds {
		add("virtual", " "+hubSimDigits(o.seconds)+"s", "seconds", o.seconds)
	}
	if o.strict != 0 {
		add("strict-sim", "", "strict", 1)
	}
	return text
}

// hubSimProgramHead is what the file of the schedule begins with. Package explore reads it.
func hubSimProgramHead(pkg string, o *hubSimOptions) string {
	var hash [16]byte
	for i, h := 0, hubSimProgramHash(); i < 16; i++ {
		hash[i] = "0123456789abcdef"[h>>(60-4*i)&15]
	}
	head := "greenify schedule 1\nprogram " + string(hash[:]) + "\ngo " + buildVersion + " " + GOOS + "/" + GOARCH + "\npackage " + pkg
	head += "\nargs " + hubSimDigits(uint64(len(argslice)-1))
	for _, arg := range argslice[1:] {
		head += "\narg " + hubSimQuote(arg)
	}
	return head + "\nearly " + hubSimDigits(o.early) + "\nsteps " + hubSimDigits(o.steps) + "\nseconds " + hubSimDigits(o.seconds) + "\nkeep 0\nround 0\n"
}

// hubSimQuote is a string of Go, of ASCII.
func hubSimQuote(s string) string {
	b := []byte{'"'}
	for i := range len(s) {
		if c := s[i]; ' ' <= c && c < 0x7f && c != '"' && c != '\\' {
			b = append(b, c)
		} else {
			b = append(b, '\\', 'x', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
	}
	return string(append(b, '"'))
}

// hubSimShellWord is a word for the shell.
func hubSimShellWord(s string) string {
	plain := s != ""
	for i := range len(s) {
		c := s[i] | 0x20
		plain = plain && ('a' <= c && c <= 'z' || '0' <= s[i] && s[i] <= '9' || s[i] >= 0x80 || stringslite.IndexByte("-_./:=@%+,", s[i]) >= 0)
	}
	if plain {
		return s
	}
	b := []byte{'\''}
	for i := range len(s) {
		if b = append(b, s[i]); s[i] == '\'' {
			b = append(b, `\''`...)
		}
	}
	return string(append(b, '\''))
}

// hubSimRaceFlag is what greenify must be told of how the program was built.
func hubSimRaceFlag() string {
	if raceenabled {
		return "-race "
	}
	return ""
}

func hubSimFileName(pkg string) string {
	b := []byte(pkg)
	for i, c := range b {
		if c == '/' || c == '.' || c == ' ' {
			b[i] = '_'
		}
	}
	return string(b)
}

// hubSimTakeEnv takes a variable out of the environment, for the program's children are not
// meant. It returns its value.
func hubSimTakeEnv(name string) (value string) {
	n := 0
	for _, e := range envs {
		if v, ok := stringslite.CutPrefix(e, name); ok {
			value = v
		} else {
			envs[n] = e
			n++
		}
	}
	envs = envs[:n]
	return value
}

// hubSimReadFile reads a file, or ends the process.
func hubSimReadFile(name string) string {
	path := append([]byte(name), 0)
	fd := open(&path[0], 0x80000, 0) // O_RDONLY, O_CLOEXEC
	text, n := []byte(nil), int32(-1)
	for fd >= 0 {
		buf := make([]byte, 4096)
		if n = read(fd, unsafe.Pointer(&buf[0]), int32(len(buf))); n <= 0 {
			break
		}
		text = append(text, buf[:n]...)
	}
	if n != 0 {
		print("greenify: cannot read the schedule ", name, "\n")
		exit(2)
	}
	closefd(fd)
	return string(text)
}

// hubSimParse returns the choices of the file of a schedule, which greenify has looked through.
func hubSimParse(text string) (plan []hubSimChoice) {
	for text != "" {
		line := text
		if i := stringslite.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		word := func() (w string) {
			if i := stringslite.IndexByte(line, ' '); i >= 0 {
				w, line = line[:i], line[i+1:]
			} else {
				w, line = line, ""
			}
			return w
		}
		wrong := false
		number := func(base int) uint64 {
			n, err := strconv.ParseUint(word(), base, 64)
			wrong = wrong || err != nil
			return n
		}
		kind := word()
		for k, name := range hubSimKindNames {
			if kind != name {
				continue
			}
			c := hubSimChoice{kind: hubSimKind(k), thread: number(16), count: uint32(number(10)), pick: number(16), step: number(10), check: uint32(number(16))}
			if !wrong {
				plan = append(plan, c)
			}
		}
	}
	return plan
}

// hubSimEndsAlike ends the strict replay of a program that ended otherwise than the file says.
func hubSimEndsAlike() {
	if m, s := &hubSimMain, &hubSim; m.strict && hubSimUnlike(s.steps, s.hash, m.ended) {
		exit(hubSimExitDiverged)
	}
}

// hubSimUnlike says it if a strict replay, which is over, was not what the file has.
func hubSimUnlike(steps, hash, ended uint64) bool {
	l := &hubSimLog
	switch {
	case int(l.used) < len(l.plan):
		print("greenify: the run ended at step ", steps, ", with ", l.used, " of the ", len(l.plan), " choices of the file: use -lenient\n")
	case ended != 0 && ended != hash:
		print("greenify: the run made all choices of the file, and then ended otherwise, at step ", steps, ": use -lenient\n")
	default:
		return false
	}
	return true
}

// hubSimLong ends a program that takes too many steps, or too much time.
func hubSimLong() {
	s := &hubSim
	if s.steps > s.max {
		print("greenify: the program did not end within ", s.steps, " steps ", s.label)
	} else {
		print("greenify: the program did not end within ", (s.until-hubSimStart)/1e9, " s of virtual time ", s.label)
	}
	hubSimWriteDeath(hubSimEndless)
	hubSimSave(hubSimEndless, s.steps, s.hash)
	hubSimEndsAlike()
	exit(2)
}

// How a program fails, beside those that hubSimDies is told.
const (
	hubSimEndless = "did not end"
	hubSimAsleep  = "cannot go on"
	hubSimRaced   = "has a data race"
)
