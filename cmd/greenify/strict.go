package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/greenify-go/greenify/rewrite/inspect"
	"github.com/greenify-go/greenify/rewrite/outfile"
	"github.com/greenify-go/greenify/rewrite/plural"
	"github.com/greenify-go/greenify/rewrite/tempdir"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// strict builds programs aside, looks in them for calls that are left blocking, and
// if there are none moves them to where go build would have written them: all of
// them or none.
func (e *env) strict(tc *toolchain.Toolchain, l *goLine) error {
	goflags := getenv(e.environ, "GOFLAGS")
	args := slices.Insert(l.withTags(goflags), 0, "build")
	if l.dryRun {
		return e.runGo(tc, e.stdout, args...)
	}
	dir, name, err := e.target(tc, l, goflags)
	if err != nil {
		return err
	}
	// Not where it goes: go:embed might find it there.
	aside, err := tempdir.Make(getenv(e.environ, "GOTMPDIR"), "greenify-strict")
	if err != nil {
		return err
	}
	defer aside.Remove()
	tmp := filepath.Join(aside.Path, "programs")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	abs, err := filepath.Abs(tmp) // the go command may run elsewhere: -C
	if err != nil {
		return err
	}
	// The last -o counts; it must stand before the packages.
	at := l.rest + len(args) - len(l.args)
	args = slices.Insert(args, at, "-o", abs+string(filepath.Separator))
	if err := e.runGo(tc, e.stdout, args...); err != nil {
		return err
	}
	binaries, err := os.ReadDir(tmp)
	if err != nil {
		return err
	}
	var moves []move
	code := exitOK
	for _, b := range binaries {
		path := filepath.Join(tmp, b.Name())
		m, err := inspect.File(path)
		if err != nil {
			return fmt.Errorf("-strict is for programs: cannot inspect %w", err)
		}
		if len(m.Left) > 0 {
			e.say("%s: %s %s left blocking, and -strict allows none:", b.Name(), plural.Of(len(m.Left), "call"), plural.Verb(len(m.Left), "be"))
			printLeft(e.stderr, m.Left)
			code = exitFail
		}
		moves = append(moves, move{from: path, to: filepath.Join(dir, cmp.Or(name, b.Name()))})
	}
	if code != exitOK || dir == "" {
		return exitWith(code)
	}
	if l.echo {
		for _, m := range moves {
			fmt.Fprintf(e.stderr, "mv %s %s\n", m.from, m.to)
		}
	}
	if err := moveAll(moves); err != nil {
		return &exit{exitFail, err}
	}
	return nil
}

// target returns the folder in which go build would write, "" if it would write
// nothing, and the name of the program if it is given.
func (e *env) target(tc *toolchain.Toolchain, l *goLine, goflags string) (dir, name string, err error) {
	out := cmp.Or(l.out, goflag(goflags, "o"))
	path := out
	if !filepath.IsAbs(out) {
		path = filepath.Join(l.dir, out)
	}
	fi, err := os.Stat(path)
	switch {
	case out == os.DevNull:
		return "", "", nil
	case out != "" && (strings.HasSuffix(out, "/") || err == nil && fi.IsDir()):
		return path, "", nil
	}
	// Several packages are written to a folder only, or not at all.
	var list bytes.Buffer
	err = e.runGo(tc, &list, l.list(goflags, "-find", "-f", "{{.Name}}")...)
	one := bytes.Count(list.Bytes(), []byte("\n")) == 1
	switch {
	case err != nil:
		return "", "", err
	case out == "" && one:
		return cmp.Or(l.dir, "."), "", nil
	case out == "":
		return "", "", nil
	case !one:
		return "", "", fmt.Errorf("cannot write several packages, or none, to %s: use -o %s/", out, out)
	}
	return filepath.Dir(path), filepath.Base(path), nil
}

// runGo runs a go command to its end. An interrupt ends that, and not greenify, which
// must clean up.
func (e *env) runGo(tc *toolchain.Toolchain, stdout io.Writer, args ...string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cmd := exec.CommandContext(ctx, tc.Go, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = tc.Environ(e.environ)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, e.stderr
	err := cmd.Run()
	if x := (*exec.ExitError)(nil); errors.As(err, &x) {
		return exitWith(max(x.ExitCode(), exitFail)) // the go command has said why
	}
	if err != nil {
		return fmt.Errorf("cannot run %s: %w", tc.Go, err)
	}
	return nil
}

// A move takes a program to its place.
type move struct {
	from, to string
	aside    *outfile.Aside // next to to: what will be renamed
}

// old is another name of the program that is replaced.
func (m *move) old() string { return m.aside.Name() + ".old" }

// moveAll makes all the moves or none; each by a rename. Like the go command
// (checkDstOverwrite) it does not overwrite a file that is not a program.
func moveAll(moves []move) (err error) {
	for _, m := range moves {
		if err := mayReplace(m.to); err != nil {
			return err
		}
	}
	defer func() {
		for _, m := range moves {
			if m.aside != nil {
				os.Remove(m.old())
				m.aside.End()
			}
		}
	}()
	for i := range moves {
		if err := moves[i].stage(); err != nil {
			return err
		}
	}
	for _, m := range moves {
		os.Remove(m.old()) // of a process that was killed
		had := os.Link(m.to, m.old()) == nil
		if err := m.aside.Replace(); err != nil {
			return err
		}
		defer func() {
			switch {
			case err != nil && had:
				os.Rename(m.old(), m.to)
			case err != nil:
				os.Remove(m.to)
			}
		}()
	}
	return nil
}

// stage copies the program next to where it goes, which may be another file system
// than that of temporary files.
func (m *move) stage() error {
	if err := os.MkdirAll(filepath.Dir(m.to), 0o777); err != nil {
		return err
	}
	from, err := os.Open(m.from)
	if err != nil {
		return err
	}
	defer from.Close()
	fi, err := from.Stat()
	if err != nil {
		return err
	}
	to, err := outfile.NewAside(m.to, 0o600)
	if err != nil {
		return err
	}
	m.aside = to
	_, err = io.Copy(to, from)
	return cmp.Or(err, to.Chmod(fi.Mode()), to.Close())
}

func mayReplace(name string) error {
	fi, err := os.Stat(name)
	switch {
	case err != nil || fi.Mode().IsRegular() && fi.Size() == 0:
		return nil
	case fi.IsDir():
		return fmt.Errorf("build output %q already exists and is a directory", name)
	case !fi.Mode().IsRegular(): // a device must not be replaced by a file
		return fmt.Errorf("build output %q already exists and is not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	var magic [4]byte
	if _, err := f.Read(magic[:]); err != nil {
		return err
	}
	if string(magic[:]) != "\x7fELF" {
		return fmt.Errorf("build output %q already exists and is not an object file", name)
	}
	return nil
}
