package main_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// resolvConf and etcHosts are for the network namespace of testdata/dns.
const (
	resolvConf = "nameserver 127.0.0.1\nsearch example.nowhere found.test\noptions timeout:1 attempts:1\n"
	etcHosts   = "127.0.0.1 localhost\n::1 localhost\n192.0.2.77 hosts.example.test alias\n2001:db8::77 alias\n"
)

// TestDNS resolves names as plain Go and patched, each with Go's resolver and with
// the C library's: GODEBUG still decides, and all print the same.
func TestDNS(t *testing.T) {
	t.Parallel()
	if !haveCgo(t) {
		t.Skip("no cgo here")
	}
	dir := t.TempDir()
	for name, command := range map[string]string{"plain": "go", "patched": greenifyCommand(t)} {
		cmd := exec.Command(command, "build", "-o", filepath.Join(dir, name), ".")
		cmd.Dir = "../../testdata/dns"
		if msg, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, msg)
		}
	}
	for name, text := range map[string]string{"resolv.conf": resolvConf, "hosts": etcHosts, "nsswitch.conf": "hosts: files dns\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, resolver := range []string{"go", "cgo"} {
		t.Run(resolver, func(t *testing.T) {
			want := inNamespace(t, dir, "plain", resolver)
			got := inNamespace(t, dir, "patched", resolver)
			if got != want {
				t.Errorf("patched differs from plain:\n%s", diff(got, want))
			}
			for _, line := range []string{
				"ip both.example.test [192.0.2.1 2001:db8::1] <nil>", "ip4 short [192.0.2.7] <nil>",
				"ip4 hosts.example.test [192.0.2.77] <nil>", "ticked: true",
			} {
				if !strings.Contains(got, line+"\n") {
					t.Errorf("no line %q in:\n%s", line, got)
				}
			}
		})
	}
}

// inNamespace runs a program with the files of dir in /etc, and no network but
// loopback.
func inNamespace(t *testing.T, dir, program, resolver string) string {
	t.Helper()
	script := `set -e
mount --make-rprivate /
for f in resolv.conf hosts nsswitch.conf; do
	if [ -e "/etc/$f" ]; then mount --bind "$1/$f" "$(readlink -f "/etc/$f")"; fi
done
exec "$1/$2"`
	cmd := exec.Command("sh", "-c", script, "sh", dir, program)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET}
	// netdns=N+1 prints the choice on stderr: proof that it was made.
	cmd.Env = append(os.Environ(), "GODEBUG=netdns="+resolver+"+1", "GREENIFY=")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if errors.Is(err, syscall.EPERM) {
		t.Fatalf("namespaces: %v: this test needs the rights of root", err)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", program, err, &stdout, &stderr)
	}
	chosen := map[string]string{"go": "forcing use of the Go resolver", "cgo": "forcing use of the cgo resolver"}[resolver]
	if !strings.Contains(stderr.String(), chosen) {
		t.Errorf("%s: netdns=%s was not followed; stderr:\n%s", program, resolver, &stderr)
	}
	return stdout.String()
}
