package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const repositories = 24

// git pushes a repository to many, and clones each, by HTTP and by SSH.
func git(r *run) error {
	keys := filepath.Join(r.dir, "keys")
	if err := os.Mkdir(keys, 0o700); err != nil {
		return err
	}
	web, _, err := free()
	if err != nil {
		return err
	}
	secure, port, err := free()
	if err != nil {
		return err
	}
	p, err := r.start("-dir", filepath.Join(r.dir, "served"), "-keys", keys, "-http", web, "-ssh", secure)
	if err != nil {
		return err
	}
	env := append(os.Environ(), "HOME="+r.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z",
		fmt.Sprintf("GIT_SSH_COMMAND=ssh -p %d -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o LogLevel=ERROR", port))
	command := func(args ...string) (string, error) {
		cmd := exec.CommandContext(r, "git", args...)
		cmd.Env, cmd.WaitDelay = env, time.Minute
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, &stderr)
		}
		return string(out), err
	}
	src := filepath.Join(r.dir, "src")
	if _, err := command("init", "-q", "-b", "main", src); err != nil {
		return err
	}
	for n := range 10 {
		for i := range 50 {
			if err := write(filepath.Join(src, fmt.Sprintf("d%d", i%7), fmt.Sprintf("f%d", i)), strings.Repeat(fmt.Sprintf("commit %d of %d\n", n, i), 1+i*n)); err != nil {
				return err
			}
		}
		if _, err := command("-C", src, "add", "."); err != nil {
			return err
		}
		if _, err := command("-C", src, "commit", "-q", "-m", fmt.Sprint("commit ", n)); err != nil {
			return err
		}
	}
	for _, s := range []struct{ name, url string }{{"HTTP", "http://" + web}, {"SSH", "ssh://git@127.0.0.1"}} {
		if err := r.until("server", func() error {
			_, err := command("ls-remote", s.url+"/first"+s.name+".git")
			return err
		}); err != nil {
			return err
		}
		url := func(i int) string { return fmt.Sprintf("%s/%s%d.git", s.url, s.name, i) }
		err := r.load("push by "+s.name, 4, repositories, func(_, i int) (string, error) {
			return command("-C", src, "push", "-q", url(i), fmt.Sprintf("HEAD~%d:refs/heads/main", i%5))
		})
		if err != nil {
			return err
		}
		err = r.load("clone by "+s.name, 4, repositories, func(_, i int) (string, error) {
			to := filepath.Join(r.dir, fmt.Sprint(s.name, i))
			if _, err := command("clone", "-q", "-b", "main", url(i), to); err != nil {
				return "", err
			}
			if _, err := command("-C", to, "fsck", "--strict"); err != nil {
				return "", err
			}
			return command("-C", to, "log", "--raw", "--no-abbrev", "--format=%H %T %s")
		})
		if err != nil {
			return err
		}
	}
	return p.stop()
}
