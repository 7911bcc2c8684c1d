package insource

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// statePath is the folder of the cache for the module at root.
func statePath(t *testing.T, root string) string {
	t.Helper()
	dir, err := stateDir(root)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// leave leaves the journal of a swap, as a killed process does.
func leave(t *testing.T, root string, j journal) {
	t.Helper()
	s, err := lock(root)
	if err != nil {
		t.Fatal(err)
	}
	for i := range j.Files {
		if e := &j.Files[i]; e.Root == "" {
			if e.Root, err = realPath(root); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.write(&j); err != nil {
		t.Fatal(err)
	}
	s.unlock()
}

func put(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// Every command that looks at a tree, those that write and those that do not.
var (
	rewriteW   = with(rewriteCommand, "-w")
	checkFix   = with(checkCommand, "-fix")
	generateOK = with(generateCommand, "./...")
	reading    = map[string]func([]string, io.Writer, io.Writer) int{
		"check": checkCommand, "diff": diffCommand, "generate -check": with(generateCommand, "-check"),
	}
	writing = map[string]func([]string, io.Writer, io.Writer) int{
		"rewrite -w": rewriteW, "check -fix": checkFix, "generate": generateOK, "generate -clean": with(generateCommand, "-clean"),
	}
)

func with(f func([]string, io.Writer, io.Writer) int, more ...string) func([]string, io.Writer, io.Writer) int {
	return func(args []string, stdout, stderr io.Writer) int {
		flags, rest := more, []string(nil)
		if strings.HasPrefix(more[0], "./") {
			flags, rest = nil, more
		}
		return f(append(append(append([]string{}, flags...), args...), rest...), stdout, stderr)
	}
}

// A tree may be a stranger's: nothing in it makes a command write, make or remove
// what it would not without. (A1, A2: a folder .greenify with a journal, and as a link.)
func TestHostileTree(t *testing.T) {
	for name, command := range merged(reading, writing) {
		for kind, plant := range map[string]func(dir, outside string){
			"journal": func(dir, outside string) {
				hook := []byte("#!/bin/sh\n")
				j, _ := json.Marshal([]map[string]string{
					{"Name": ".git/hooks/pre-commit", "Old": "", "New": hash(hook)},
					{"Name": "../outside/made", "Old": "", "New": hash(hook)},
					{"Name": "../outside/keep", "Old": hash([]byte("keep")), "New": hash(hook)},
				})
				// The second half as this version names what it keeps.
				put(t, dir, map[string]string{"rewrite/x/journal": "{}", ".greenify-x-0": "x", asidePrefix + "0": "y", "journal": "{}", "lock": ""})
				put(t, dir, map[string]string{".git/config": "", ".git/hooks/x": "", ".greenify/0": string(hook), ".greenify/1": string(hook), ".greenify/2": string(hook), ".greenify/journal": string(j)})
			},
			"link": func(dir, outside string) {
				if err := os.Symlink(outside, filepath.Join(dir, ".greenify")); err != nil {
					t.Fatal(err)
				}
			},
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				dir := module(t, map[string]string{"main.go": program, "serve.go": "package main\n\nfunc serve(c chan int, n int) { c <- n }\n"})
				outside := filepath.Join(filepath.Dir(dir), "outside")
				put(t, outside, map[string]string{"keep": "keep"})
				plant(dir, outside)
				before, elsewhere := everything(t, dir), everything(t, outside)
				command([]string{"-everywhere=false", "-C", dir}, io.Discard, io.Discard)
				same(t, "outside", everything(t, outside), elsewhere)
				after := everything(t, dir)
				for _, files := range []map[string]string{before, after} {
					for file := range files {
						if _, ok := reading[name]; !ok && filepath.Ext(file) == ".go" {
							delete(files, file)
						}
					}
				}
				same(t, "module", after, before)
			})
		}
	}
}

func merged[V any](list ...map[string]V) map[string]V {
	all := map[string]V{}
	for _, m := range list {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// everything is what a tree holds, links and modes too.
func everything(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := os.Lstat(name)
		if err != nil {
			return err
		}
		text := fi.Mode().String()
		switch {
		case fi.Mode()&fs.ModeSymlink != 0:
			to, _ := os.Readlink(name)
			text += " " + to
		case fi.Mode().IsRegular():
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text += " " + string(data)
		}
		files[name] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A swap that makes and removes files is undone or finished after an interruption
// anywhere in it.
func TestSwapMakesAndRemoves(t *testing.T) {
	old, new := hash([]byte("old")), hash([]byte("new"))
	j := journal{Files: []entry{
		{Name: "changed.go", Aside: asidePrefix + "0", Old: old, New: new},
		{Name: "made.go", Aside: asidePrefix + "1", New: new},
		{Name: "removed.go", Old: old},
	}}
	before := map[string]string{"changed.go": "old", "removed.go": "old"}
	after := map[string]string{"changed.go": "new", "made.go": "new"}
	test := func(moving bool, files, want map[string]string) {
		t.Helper()
		root := t.TempDir()
		put(t, root, files)
		j := j
		j.Files = append([]entry{}, j.Files...)
		j.Moving = moving
		leave(t, root, j)
		if !unfinished(root) {
			t.Error("nobody says that it is unfinished")
		}
		if err := Recover(root); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for name, text := range tree(t, root) {
			got[filepath.Base(name)] = text
		}
		same(t, fmt.Sprint(moving, files), got, want)
		if _, err := os.Stat(statePath(t, root)); err == nil || unfinished(root) {
			t.Error("the journal's folder was left behind")
		}
	}
	for staged := range 3 {
		files := merged(before)
		for i := range staged {
			files[asidePrefix+fmt.Sprint(i)] = "n" // perhaps not whole
		}
		test(false, files, before)
	}
	for done := range 4 {
		files := merged(before, map[string]string{asidePrefix + "0": "new", asidePrefix + "1": "new"})
		if done > 0 {
			files["changed.go"] = "new"
			delete(files, asidePrefix+"0")
		}
		if done > 1 {
			files["made.go"] = "new"
			delete(files, asidePrefix+"1")
		}
		if done > 2 {
			delete(files, "removed.go")
		}
		test(true, files, after)
	}
}

// A journal is followed only if it can be one of ours, and the files are as it left
// them. Otherwise nothing changes.
func TestJournalRefused(t *testing.T) {
	old, new := hash([]byte("old")), hash([]byte("new"))
	good := entry{Name: "a.go", Aside: asidePrefix + "0", Old: old, New: new}
	for want, change := range map[string]func(root string, e *entry){
		"a.go changed after an interrupted rewrite":                func(root string, e *entry) { put(t, root, map[string]string{"a.go": "edited"}) },
		"the patched a.go is gone, or changed after":               func(root string, e *entry) { put(t, root, map[string]string{e.Aside: "other"}) },
		`"../outside/keep.go" in `:                                 func(root string, e *entry) { e.Name = "../outside/keep.go" },
		`/keep.go" in `:                                            func(root string, e *entry) { e.Name = filepath.Join(filepath.Dir(root), "outside/keep.go") },
		`".git/hooks/pre-commit" in `:                              func(root string, e *entry) { e.Name = ".git/hooks/pre-commit" },
		`"a.go" in `:                                               func(root string, e *entry) { e.Aside = "../outside/keep.go" },
		`"a.go" in "relative" cannot be one of its files: remove `: func(root string, e *entry) { e.Root = "relative" },
		"link became a symbolic link": func(root string, e *entry) {
			os.Symlink("../outside", filepath.Join(root, "link"))
			e.Name = "link/keep.go"
		},
		"a.go became a symbolic link after an interrupted rewrite: remove": func(root string, e *entry) {
			os.Remove(filepath.Join(root, "a.go"))
			os.Symlink("../outside/keep.go", filepath.Join(root, "a.go"))
		},
	} {
		t.Run(want, func(t *testing.T) {
			top := t.TempDir()
			root := filepath.Join(top, "m")
			put(t, top, map[string]string{"outside/keep.go": "old", "m/a.go": "old", "m/" + good.Aside: "new", "m/.git/hooks/x": ""})
			e := good
			change(root, &e)
			leave(t, root, journal{Moving: true, Files: []entry{e}})
			before := everything(t, top)
			if err := Recover(root); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v", err)
			}
			same(t, "tree", everything(t, top), before)
		})
	}
}

// A folder of the cache that others can write to is not believed.
func TestCacheOfOthers(t *testing.T) {
	for name, plant := range map[string]func(dir string) error{
		"writable by all": func(dir string) error { return os.Chmod(dir, 0o777) },
		"link": func(dir string) error {
			real := dir + "-real"
			if err := os.Rename(dir, real); err != nil {
				return err
			}
			return os.Symlink(real, dir)
		},
		"another user's": func(dir string) error { return os.Chown(dir, 12345, 12345) },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "another user's" && os.Geteuid() != 0 {
				t.Skip("needs to be root, as CI is, to give files away")
			}
			t.Setenv("GREENIFYCACHE", t.TempDir())
			root := t.TempDir()
			put(t, root, map[string]string{"a.go": "old", asidePrefix + "0": "new"})
			leave(t, root, journal{Moving: true, Files: []entry{{Name: "a.go", Aside: asidePrefix + "0", Old: hash([]byte("old")), New: hash([]byte("new"))}}})
			if err := plant(statePath(t, root)); err != nil {
				t.Fatal(err)
			}
			before := everything(t, root)
			if err := Recover(root); err == nil || !strings.Contains(err.Error(), "is not a folder that only you can write to: remove it") {
				t.Errorf("error %v", err)
			}
			same(t, "tree", everything(t, root), before)
		})
	}
}

// Commands that only read leave an unfinished rewrite alone and say that there is
// one; those that write finish it.
func TestUnfinished(t *testing.T) {
	for name, command := range merged(reading, writing) {
		t.Run(name, func(t *testing.T) {
			dir := module(t, map[string]string{"main.go": "package main\n\nfunc main() {}\n", asidePrefix + "0": "package main\n\n// New.\nfunc main() {}\n"})
			leave(t, dir, journal{Moving: true, Files: []entry{{Name: "main.go", Aside: asidePrefix + "0", Old: hash([]byte("package main\n\nfunc main() {}\n")), New: hash([]byte("package main\n\n// New.\nfunc main() {}\n"))}}})
			before := everything(t, dir)
			var out strings.Builder
			command([]string{"-everywhere=false", "-C", dir}, io.Discard, &out)
			if _, reads := reading[name]; reads {
				same(t, "tree", everything(t, dir), before)
				if !strings.Contains(out.String(), "an interrupted rewrite left these files half patched: greenify rewrite -w finishes it") {
					t.Errorf("it says %q", &out)
				}
				return
			}
			if text := tree(t, dir)[filepath.Join(dir, "main.go")]; text != "package main\n\n// New.\nfunc main() {}\n" {
				t.Errorf("main.go is %q", text)
			}
			if unfinished(dir) {
				t.Error("it is still unfinished")
			}
		})
	}
}

// A file that is reached by a link is patched where it is, or nothing is. A file that
// could not be replaced by one that is the same to its user is refused.
func TestLinks(t *testing.T) {
	const wait = "package lib\n\nfunc wait(c chan int) { <-c }\n"
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name  string
		plant func(dir, outside string)
		want  string // the refusal; "" if there is none
		file  string // else what is patched
	}{
		{"file in the module", func(dir, _ string) {
			put(t, dir, map[string]string{"lib/_real/wait.go": wait})
			link("_real/wait.go", filepath.Join(dir, "lib/wait.go"))
		}, "", "lib/_real/wait.go"},
		{"link to a link", func(dir, _ string) {
			put(t, dir, map[string]string{"lib/_real/wait.go": wait})
			link("_real/wait.go", filepath.Join(dir, "lib/_other"))
			link("_other", filepath.Join(dir, "lib/wait.go"))
		}, "", "lib/_real/wait.go"},
		{"absolute", func(dir, _ string) {
			put(t, dir, map[string]string{"lib/_real/wait.go": wait})
			link(filepath.Join(dir, "lib/_real/wait.go"), filepath.Join(dir, "lib/wait.go"))
		}, "", "lib/_real/wait.go"},
		{"file outside", func(dir, outside string) {
			put(t, outside, map[string]string{"wait.go": wait})
			link(filepath.Join(outside, "wait.go"), filepath.Join(dir, "lib/wait.go"))
		}, "lib/wait.go is outside of the module, at ", ""},
		{"another name", func(dir, _ string) {
			put(t, dir, map[string]string{"lib/wait.txt": wait})
			link("wait.txt", filepath.Join(dir, "lib/wait.go"))
		}, "which is not a Go file by its name", ""},
		{"folder outside", func(dir, outside string) {
			put(t, outside, map[string]string{"wait.go": wait})
			if err := os.Remove(filepath.Join(dir, "lib")); err != nil {
				t.Fatal(err)
			}
			link(outside, filepath.Join(dir, "lib"))
		}, "lib/wait.go is outside of the module, at ", ""},
		{"folder in the module", func(dir, _ string) {
			put(t, dir, map[string]string{"_real/wait.go": wait})
			if err := os.Remove(filepath.Join(dir, "lib")); err != nil {
				t.Fatal(err)
			}
			link("_real", filepath.Join(dir, "lib"))
		}, "", "_real/wait.go"},
		{"hard link", func(dir, outside string) {
			put(t, outside, map[string]string{"wait.go": wait})
			if err := os.Link(filepath.Join(outside, "wait.go"), filepath.Join(dir, "lib/wait.go")); err != nil {
				t.Fatal(err)
			}
		}, "has 2 names (hard links), of which one alone would be patched", ""},
		{"read-only", func(dir, _ string) {
			put(t, dir, map[string]string{"lib/wait.go": wait})
			os.Chmod(filepath.Join(dir, "lib/wait.go"), 0o444)
		}, "lib/wait.go is read-only (mode 0444), nothing was written", ""},
		{"plain", func(dir, _ string) { put(t, dir, map[string]string{"lib/wait.go": wait}) }, "", "lib/wait.go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "app")
			outside := filepath.Join(filepath.Dir(dir), "outside")
			for _, d := range []string{dir, filepath.Join(dir, "lib"), outside} {
				if err := os.Mkdir(d, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			test.plant(dir, outside)
			before := everything(t, filepath.Dir(dir))
			put(t, dir, map[string]string{"a.go": "old"})
			before[filepath.Join(dir, "a.go")] = everything(t, dir)[filepath.Join(dir, "a.go")]
			err := swap([]string{dir}, map[string]fileEdit{
				filepath.Join(dir, "a.go"):        {[]byte("old"), []byte("new")},
				filepath.Join(dir, "lib/wait.go"): {[]byte(wait), []byte("new")},
			})
			after := everything(t, filepath.Dir(dir))
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v", err)
				}
			} else {
				if err != nil {
					t.Error(err)
				}
				for _, name := range []string{"a.go", test.file} {
					name = filepath.Join(dir, name)
					before[name] = before[name][:len("-rw-r--r-- ")] + "new"
				}
			}
			same(t, "tree", after, before)
		})
	}
}

// What cannot be patched where it is, is refused by name, and nothing else is patched.
func TestLinkOutside(t *testing.T) {
	for _, name := range []string{"rewrite -w", "check -fix", "generate"} {
		t.Run(name, func(t *testing.T) {
			dir := module(t, map[string]string{"a.go": "package app\n\nfunc a(c chan int) { c <- 1 }\n"})
			outside := filepath.Join(filepath.Dir(dir), "outside")
			put(t, outside, map[string]string{"b.go": "package app\n\nfunc b(c chan int) { c <- 1 }\n"})
			if err := os.Symlink(filepath.Join(outside, "b.go"), filepath.Join(dir, "b.go")); err != nil {
				t.Fatal(err)
			}
			before := everything(t, filepath.Dir(dir))
			if out := run(t, exitUsage, writing[name], "-everywhere=false", "-C", dir); !strings.Contains(out, "b.go is outside of the module, at ") {
				t.Errorf("it says %s", out)
			}
			same(t, "tree", everything(t, filepath.Dir(dir)), before)
		})
	}
}

// Mode and owner of a patched file stay, and what is not patched stays as it is, its
// times included.
func TestModes(t *testing.T) {
	dir := module(t, map[string]string{"a.go": "package app\n\nfunc a(c chan int) { c <- 1 }\n", "b.go": "package app\n"})
	a, b := filepath.Join(dir, "a.go"), filepath.Join(dir, "b.go")
	if err := os.Chmod(a, 0o640); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(a, 12345, 54321); err != nil {
			t.Fatal(err)
		}
	}
	oldA, _ := os.Stat(a)
	oldB, _ := os.Stat(b)
	run(t, exitOK, rewriteCommand, "-w", "-everywhere=false", "-C", dir)
	newA, _ := os.Stat(a)
	newB, _ := os.Stat(b)
	x, y := oldA.Sys().(*syscall.Stat_t), newA.Sys().(*syscall.Stat_t)
	if oldA.Size() == newA.Size() || oldA.Mode() != newA.Mode() || x.Uid != y.Uid || x.Gid != y.Gid {
		t.Errorf("a.go: %v %d %d, was %v %d %d", newA.Mode(), y.Uid, y.Gid, oldA.Mode(), x.Uid, x.Gid)
	}
	if !os.SameFile(oldB, newB) || !oldB.ModTime().Equal(newB.ModTime()) {
		t.Error("b.go is another file")
	}
}

// Without room, or rights, the tree stays as it was.
func TestNoRoom(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs to be root, as CI is, to mount a disk without room")
	}
	root := t.TempDir()
	full := filepath.Join(root, "full")
	put(t, root, map[string]string{"a.go": "old", "full/.x": ""})
	if err := syscall.Mount("greenify-test", full, "tmpfs", 0, "size=64k"); err != nil {
		t.Fatal(err)
	}
	defer syscall.Unmount(full, syscall.MNT_DETACH)
	put(t, full, map[string]string{"b.go": "old"})
	before := everything(t, root)
	err := swap([]string{root}, map[string]fileEdit{
		filepath.Join(root, "a.go"): {[]byte("old"), []byte("new")},
		filepath.Join(full, "b.go"): {[]byte("old"), make([]byte, 1<<20)},
	})
	if err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("error %v", err)
	}
	same(t, "tree", everything(t, root), before)
	if _, err := os.Stat(statePath(t, root)); err == nil {
		t.Error("the journal's folder was left behind")
	}
	// A file system of its own is no hindrance: each file is renamed where it is.
	err = swap([]string{root}, map[string]fileEdit{
		filepath.Join(root, "a.go"): {[]byte("old"), []byte("new")},
		filepath.Join(full, "b.go"): {[]byte("old"), []byte("new")},
	})
	if err != nil {
		t.Error(err)
	}
}

// Rewrites that begin together make one patched tree; a file that is edited while it
// is patched is not overwritten.
func TestTogether(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "a.go")
	put(t, root, map[string]string{"a.go": "old"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := swap([]string{root}, map[string]fileEdit{name: {[]byte("old"), []byte("new")}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, "tree", tree(t, root), map[string]string{name: "new"})
	err := swap([]string{root}, map[string]fileEdit{name: {[]byte("old"), []byte("newer")}})
	if err == nil || !strings.Contains(err.Error(), "a.go changed while it was being patched") {
		t.Errorf("error %v", err)
	}
	same(t, "tree", tree(t, root), map[string]string{name: "new"})
}
