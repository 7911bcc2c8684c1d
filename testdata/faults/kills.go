package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

// An outcome is what became of one command.
type outcome struct {
	Name       string
	Kills      int // that came before its end
	Runs       int // begun to be killed
	Old, New   int // files found as before, as after it
	Begun      int // found with a journal, and some files new
	Full       int // runs with a full disk
	FullCodes  [3]int
	FullOld    int
	FullNew    int
	Failed     []string
	FailedMore int
}

func (o *outcome) fail(format string, args ...any) {
	if len(o.Failed) == 5 {
		o.FailedMore++
		return
	}
	o.Failed = append(o.Failed, fmt.Sprintf(format, args...))
}

// killCommands kills commands, and fills their disk; some side by side, each share in a process of
// its own, which has a mount namespace of its own.
func killCommands(out io.Writer) error {
	if err := warm(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	all := map[string]*outcome{}
	for i := range *side {
		wg.Go(func() {
			cmd := exec.Command(self, "-greenify="+*greenify, "-cache="+*cache, fmt.Sprint("-kills=", *kills), fmt.Sprint("-full=", *full), "-run="+*run, fmt.Sprint("-time=", *atMost), fmt.Sprintf("-share=%d/%d", i, *side))
			cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGTERM}
			cmd.Stderr = os.Stderr
			lines, err := cmd.Output()
			mu.Lock()
			defer mu.Unlock()
			for line := range strings.Lines(string(lines)) {
				var o outcome
				if err := json.Unmarshal([]byte(line), &o); err != nil {
					failed = errors.Join(failed, err)
				}
				all[o.Name] = &o
			}
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	sum := outcome{Name: "all"}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "SIGKILL\tas before\tas after\tjournal\tfull disk\texit 0\texit 1\texit 2\tas before\tas after\t  command\n")
	line := func(o *outcome) {
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t  %s\n", o.Kills, o.Old, o.New, o.Begun, o.Full, o.FullCodes[0], o.FullCodes[1], o.FullCodes[2], o.FullOld, o.FullNew, o.Name)
	}
	for _, k := range cases() {
		o := all[k.name]
		if o == nil {
			continue
		}
		line(o)
		sum.Kills, sum.Old, sum.New, sum.Full = sum.Kills+o.Kills, sum.Old+o.Old, sum.New+o.New, sum.Full+o.Full
		for i, n := range o.FullCodes {
			sum.FullCodes[i] += n
		}
		sum.Begun += o.Begun
		sum.FullOld, sum.FullNew = sum.FullOld+o.FullOld, sum.FullNew+o.FullNew
		for _, f := range o.Failed {
			failed = errors.Join(failed, fmt.Errorf("%s: %s", o.Name, f))
		}
		if o.FailedMore > 0 {
			failed = errors.Join(failed, fmt.Errorf("%s: and %d more", o.Name, o.FailedMore))
		}
	}
	line(&sum)
	t.Flush()
	fmt.Fprint(out, "as after: also files that differ from run to run (programs, schedules, profiles), each of them whole; journal: with one, by which the next run finishes\n")
	return failed
}

// warm compiles what the builds need, in the cache that all shares copy, and makes what commands read.
func warm() error {
	dir, err := os.MkdirTemp("", "greenify-faults-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	repo, err := os.Getwd()
	if err != nil {
		return err
	}
	w := &world{dir: dir, repo: repo}
	for _, c := range []struct {
		args   []string
		before func(w *world) error
		code   int
	}{
		{[]string{"build", "-o", "../out/", "."}, program, 0},
		{[]string{"test", "-c", "-o", "../out/", "."}, program, 0},
	} {
		if err := errors.Join(w.clear(), c.before(w)); err != nil {
			return err
		}
		if r := w.start(c.args, *cache, "").wait(); r.code != c.code {
			return r.error()
		}
	}
	if err := w.makeInputs(); err != nil {
		return err
	}
	if err := os.RemoveAll(inputs()); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-a", w.path("in"), inputs()).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %w\n%s", err, out)
	}
	return nil
}

// inputs is the folder of what commands read, for all shares.
func inputs() string { return *cache + "-inputs" }

// shareOfCases kills the commands of one share, i/n, and writes outcomes to standard output.
func shareOfCases(text string) error {
	var i, n int
	if _, err := fmt.Sscanf(text, "%d/%d", &i, &n); err != nil {
		return err
	}
	all := cases()
	weights := 0
	for _, k := range all {
		weights += k.weight
	}
	w, err := newWorld()
	if err != nil {
		return err
	}
	defer w.remove()
	stop, err := w.takeInputs()
	if err != nil {
		return err
	}
	defer stop()
	type work struct {
		t    *trial
		o    *outcome
		fill bool
	}
	var list []work
	var outcomes []*outcome
	match := regexp.MustCompile(*run)
	killed, filled := 0, 0 // of all, so that they add up to what was asked for
	begun, full1 := 0, 0
	for at, k := range all {
		begun += k.weight
		if k.fresh != onDisk { // that is the machine's disk
			full1++
		}
		kill, fill := begun**kills/weights-killed, full1**full/(len(all)-1)-filled
		killed, filled = killed+kill, filled+fill
		if at%n != i || !match.MatchString(k.name) {
			continue
		}
		o := &outcome{Name: k.name}
		outcomes = append(outcomes, o)
		t, err := w.undisturbed(k)
		if err != nil {
			o.fail("%v", err)
			continue
		}
		if k.fresh != "" {
			defer os.RemoveAll(t.dir)
		}
		for range kill {
			list = append(list, work{t, o, false})
		}
		for range fill {
			list = append(list, work{t, o, true})
		}
	}
	// In any order, so that each finds what others have left, and has its share if time is short.
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	begin := time.Now()
	for i, j := range list {
		if *atMost > 0 && time.Since(begin) > *atMost {
			fmt.Fprintf(os.Stderr, "faults: %d of %d were left out: time is up\n", len(list)-i, len(list))
			break
		}
		if i%25 == 0 {
			fmt.Fprintf(os.Stderr, "faults: share %s: %d of %d\n", text, i, len(list))
		}
		before := len(j.o.Failed)
		do := j.t.killed
		if j.fill {
			do = j.t.filled
		}
		if err := do(w, j.o); err != nil {
			j.o.fail("%v", err)
		}
		if len(j.o.Failed) > before {
			fmt.Fprintf(os.Stderr, "faults: %s: %s\n", j.o.Name, j.o.Failed[before])
		}
	}
	enc := json.NewEncoder(os.Stdout)
	for _, o := range outcomes {
		if err := enc.Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// makeInputs makes what commands read.
func (w *world) makeInputs() error {
	if err := errors.Join(w.clear(), os.Mkdir(w.path("in"), 0o755), sourceTree(false)(w)); err != nil {
		return err
	}
	if r := w.start([]string{"rewrite", "-w", "-get", "./..."}, *cache, "").wait(); r.code != 0 {
		return r.error()
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if data, err := os.ReadFile(w.path("tree/" + name)); err == nil {
			if err := w.writeFile("in/required."+name, string(data), 0o666); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(w.clear(), loser(w)); err != nil {
		return err
	}
	if r := w.start([]string{"test", "-sim", "-vet=off", "-keep-going", "-replays", "../in", "-results", "../in/results", "."}, *cache, "").wait(); r.code != 1 {
		return r.error()
	}
	found, _ := filepath.Glob(w.path("in/*.sim"))
	if len(found) == 0 {
		return errors.New("no schedule of TestLost fails")
	}
	if err := os.Rename(found[0], w.path("in/lost.sim")); err != nil {
		return err
	}
	if err := errors.Join(w.clear(), w.write("tree", map[string]string{
		"go.mod":  "module example.com/sleeper\n\ngo 1.26.0\n",
		"main.go": "package main\n\nimport \"time\"\n\nfunc main() {\n\tfor range 3 {\n\t\tgo func() {\n\t\t\tfor {\n\t\t\t\ttime.Sleep(time.Second / 100)\n\t\t\t}\n\t\t}()\n\t}\n\ttime.Sleep(time.Hour)\n}\n",
	})); err != nil {
		return err
	}
	if r := w.start([]string{"build", "-o", "../in/sleeper", "."}, *cache, "").wait(); r.code != 0 {
		return r.error()
	}
	stop, err := w.sleeper("trace")
	if err != nil {
		return err
	}
	time.Sleep(2 * time.Second)
	stop()
	return nil
}

// sleeper starts a patched program that writes a trace, or listens.
func (w *world) sleeper(what string) (stop func(), err error) {
	cmd := exec.Command(w.path("in/sleeper"))
	cmd.Env = append(os.Environ(), "GREENIFY="+what+"="+w.path("in/"+what))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return func() {
		cmd.Process.Kill()
		cmd.Wait()
	}, cmd.Start()
}

// takeInputs copies what commands read, and starts the program that they look at.
func (w *world) takeInputs() (stop func(), err error) {
	if out, err := exec.Command("cp", "-a", inputs(), w.path("in")).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cp: %w\n%s", err, out)
	}
	w.required = map[string]string{}
	for _, name := range []string{"go.mod", "go.sum"} {
		if data, err := os.ReadFile(w.path("in/required." + name)); err == nil {
			w.required[name] = string(data)
		}
	}
	return w.sleeper("admin")
}

// reset puts everything as it is before the command, and says how that is.
func (w *world) reset(t *trial) (before map[string]string, err error) {
	err = w.clear()
	if err == nil && t.before != nil {
		err = t.before(w)
	}
	if err == nil && t.fresh != "" {
		err = os.RemoveAll(t.dir)
		if err == nil {
			err = os.Mkdir(t.dir, 0o755)
		}
	}
	return w.files("tree", "out"), err
}

// A trial is a command that has run undisturbed once, which says how long it takes, how much it writes
// and what it leaves.
type trial struct {
	*kase
	dir   string // of its cache
	after map[string]string
	took  time.Duration
	need  int64 // bytes
}

func (w *world) undisturbed(k *kase) (*trial, error) {
	t := &trial{kase: k, dir: *cache}
	switch k.fresh {
	case inMemory:
		t.dir = w.path("fresh")
	case onDisk:
		var err error
		if t.dir, err = os.MkdirTemp("", "greenify-faults-"); err != nil {
			return nil, err
		}
	}
	before, err := w.reset(t)
	if err != nil {
		return nil, err
	}
	used := w.used()
	r := w.start(k.args, t.dir, k.stdout)
	for tick := time.NewTicker(time.Millisecond); ; {
		select {
		case <-tick.C:
			t.need = max(t.need, w.used()-used)
			continue
		case <-r.ended:
			tick.Stop()
		}
		break
	}
	done := r.wait()
	t.need, t.took, t.after = max(t.need, 64<<10), done.took, w.files("tree", "out")
	if !slices.Contains(k.codes, done.code) || done.hung {
		return nil, done.error()
	}
	if k.whole != nil {
		t.after = before
	}
	if _, err := t.state(w, before, t.after, true); err != nil {
		return nil, fmt.Errorf("undisturbed: %w", err)
	}
	if l := w.litter(t.dir); len(l) > 0 && k.fresh == "" {
		return nil, fmt.Errorf("a run that nobody disturbs leaves %s", strings.Join(l, ", "))
	}
	return t, nil
}

// start puts everything as it is before the command.
func (t *trial) start(w *world) (before map[string]string, err error) {
	before, err = w.reset(t)
	if t.whole != nil {
		t.after = before
	}
	return before, err
}

// killed kills the command once.
func (t *trial) killed(w *world, o *outcome) error {
	for tries := 0; ; tries++ {
		if tries == 100 {
			return errors.New("of 100 kills none came before its end")
		}
		o.Runs++
		before, err := t.start(w)
		if err != nil {
			return err
		}
		how := w.kill(t, t.took/time.Duration(1+tries))
		if how == "" {
			continue // it had ended
		}
		o.Kills++
		changed, err := t.state(w, before, t.after, false)
		if err != nil && w.journal(t.dir) {
			o.Begun++ // which the next run finishes, or undoes
		} else if err != nil {
			o.fail("%s: %v", how, err)
		} else if changed {
			o.New++
		} else {
			o.Old++
		}
		took, err := w.again(t)
		if err != nil {
			o.fail("%s: %v", how, err)
		} else {
			t.took = (3*t.took + took) / 4
		}
		return nil
	}
}

// filled runs the command once while the disk has less room than it takes.
func (t *trial) filled(w *world, o *outcome) error {
	before, err := t.start(w)
	if err != nil {
		return err
	}
	left := rand.N(t.need)
	if o.Full == 0 {
		left = 0
	}
	o.Full++
	how := fmt.Sprintf("%d bytes left of %d", left, t.need)
	free, err := w.fill(left)
	if err != nil {
		return err
	}
	r := w.start(t.args, t.dir, t.stdout).wait()
	free()
	changed, err := t.state(w, before, t.after, false)
	const reason = "no space left on device"
	clean := slices.Contains(t.codes, r.code) && !strings.Contains(r.stderr, reason)
	switch {
	case r.hung:
		o.fail("%s: it hangs:\n%s", how, r.stderr)
	case panicked(r.stderr) || r.code < 0 || r.code > 2:
		o.fail("%s: %v", how, r.error())
	case err != nil:
		o.fail("%s: %v\n%v", how, err, r.error())
	case !clean && !strings.Contains(r.stderr, reason):
		o.fail("%s: the reason is not said: %v", how, r.error())
	}
	if clean {
		// What was written is all of it, too.
		if _, err := t.state(w, before, t.after, true); err != nil {
			o.fail("%s: it ends as if there were room, and %v", how, err)
		}
	}
	if l := w.litter(t.dir); len(l) > 0 && t.fresh == "" {
		o.fail("%s: left behind: %s", how, strings.Join(l, ", "))
	}
	if r.code >= 0 && r.code < len(o.FullCodes) {
		o.FullCodes[r.code]++
	}
	if changed {
		o.FullNew++
	} else {
		o.FullOld++
	}
	if _, err := w.again(t); err != nil {
		o.fail("%s: %v", how, err)
	}
	return nil
}

// panicked reports whether a program of Go has crashed, other than in the deadlock of the loser.
func panicked(text string) bool {
	text = strings.ReplaceAll(text, "fatal error: all goroutines are asleep - deadlock!", "")
	return strings.Contains(text, "panic: ") || strings.Contains(text, "fatal error: ") || strings.Contains(text, "unexpected fault") || strings.Contains(text, "[signal SIG")
}

// kill runs a command and kills it at a random moment, or once it has begun to write somewhere; alone
// or with all processes that it has started. It returns how, "" if it had ended before.
func (w *world) kill(t *trial, took time.Duration) string {
	r := w.start(t.args, t.dir, t.stdout)
	how := ""
	if rand.IntN(2) == 0 {
		d := rand.N(took)
		time.Sleep(d)
		how = fmt.Sprintf("killed after %v of %v", d, t.took)
	} else {
		where := []string{w.path("tree"), w.path("out"), w.path("tmp"), t.dir}[rand.IntN(4)]
		r.touched(where)
		d := rand.N(max(5*time.Millisecond, took/20))
		time.Sleep(d)
		how = fmt.Sprintf("killed %v after it has written to %s", d, filepath.Base(where))
	}
	pid := r.Process.Pid
	if rand.IntN(2) == 0 {
		pid = -pid
		how += ", with its children"
	}
	syscall.Kill(pid, syscall.SIGKILL)
	done := r.wait()
	if done.hung {
		return how + ", and something goes on without it"
	}
	if done.code >= 0 {
		return ""
	}
	return how
}

// again is the next run, after which all must be well.
func (w *world) again(t *trial) (time.Duration, error) {
	r := w.start(t.args, t.dir, t.stdout).wait()
	if !slices.Contains(t.codes, r.code) || r.hung || panicked(r.stderr) {
		return 0, fmt.Errorf("the next run fails: %w", r.error())
	}
	if _, err := t.state(w, nil, t.after, true); err != nil {
		return 0, fmt.Errorf("after the next run %w", err)
	}
	l := w.litter(t.dir)
	if t.fresh != "" {
		// One toolchain, with its lock, which a run after it finds in order.
		made := manifests(t.dir)
		if r := w.start(t.args, t.dir, "").wait(); r.code != 0 || len(made) != 1 || manifests(t.dir)[0] != made[0] {
			return 0, fmt.Errorf("after the next run there is work to do: %d manifests, %w", len(made), r.error())
		}
		l = slices.DeleteFunc(l, func(name string) bool {
			return strings.HasSuffix(name, ".lock") && strings.HasPrefix(name, "cache/goroot-") && !strings.Contains(name, ".tmp")
		})
	}
	l = slices.DeleteFunc(l, func(name string) bool { return strings.HasSuffix(name, ".lock") })
	if len(l) > 0 {
		return 0, fmt.Errorf("left behind after the next run: %s", cmp.Or(strings.Join(l, ", "), "nothing"))
	}
	return r.took, nil
}

// manifests are the times and files of the manifests of the toolchains in a cache.
func manifests(dir string) (list []string) {
	names, _ := filepath.Glob(filepath.Join(dir, "goroot-*", "greenify-manifest"))
	for _, name := range names {
		var st syscall.Stat_t
		if syscall.Stat(name, &st) == nil {
			list = append(list, fmt.Sprint(name, st.Ino, st.Mtim, st.Size))
		}
	}
	return list
}
