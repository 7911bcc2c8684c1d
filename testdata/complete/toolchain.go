package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// toolchain builds the standard library and a program with the go command, compiler, assembler
// and linker: all bytes must be the same.
func toolchain(r *run) error {
	// A root of its own: all is the release's, but for these commands.
	said, err := exec.CommandContext(r, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	root, release := filepath.Join(r.dir, "root"), strings.TrimSpace(string(said))
	tools := filepath.Join("pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(filepath.Join(root, "pkg", "tool"), 0o777); err != nil {
		return err
	}
	for _, name := range []string{"src", "lib", "VERSION", "go.env", "pkg/include"} {
		if err := os.Symlink(filepath.Join(release, name), filepath.Join(root, name)); err != nil {
			return err
		}
	}
	if err := os.Symlink(r.program, filepath.Join(root, tools)); err != nil {
		return err
	}
	goCommand := filepath.Join(r.program, "go")
	r.env = append(r.env, "GOROOT="+root, "GOCACHE="+filepath.Join(r.dir, "cache"), "GOTOOLCHAIN=local", "GOFLAGS=", "GOENV=off", "CGO_ENABLED=0")
	err = r.command("go build std", func() (files []string, err error) {
		cmd := exec.CommandContext(r, goCommand, "list", "-export", "-f", "{{.ImportPath}} {{.BuildID}} {{.Export}}", "std")
		cmd.Dir, cmd.Env = r.dir, r.env
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			if len(f) != 3 { // unsafe has no file
				files = append(files, line)
				continue
			}
			sum, err := hash(f[2])
			if err != nil {
				return nil, err
			}
			files = append(files, fmt.Sprint(f[0], " ", f[1], " ", sum))
		}
		return files, nil
	}, goCommand, "build", "std")
	if err != nil {
		return err
	}
	made := filepath.Join(r.dir, "gofmt")
	err = r.command("go build cmd/gofmt", func() ([]string, error) {
		sum, err := hash(made)
		return []string{sum}, err
	}, goCommand, "build", "-o", made, "cmd/gofmt")
	if err != nil {
		return err
	}
	p, err := r.startProgram(goCommand, "build", "-a", "std")
	if err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(time.Second):
	}
	return p.stop()
}

func hash(file string) (string, error) {
	data, err := os.ReadFile(file)
	return fmt.Sprintf("%d bytes, %x", len(data), sha256.Sum256(data)), err
}
