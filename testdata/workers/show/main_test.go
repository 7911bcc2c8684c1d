package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// No request fails but on connections of workers that are killed.
func TestChurn(t *testing.T) {
	t.Chdir("../../..")
	dir := t.TempDir()
	greenify := filepath.Join(dir, "greenify")
	if out, err := exec.Command("go", "build", "-o", greenify, "./cmd/greenify").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, patched, err := build(dir, "testdata/workers/server", greenify)
	if err != nil {
		t.Fatal(err)
	}
	if err := churn(dir, patched, 4, 6, 1000); err != nil {
		t.Fatal(err)
	}
}

// A connection is of the process that has accepted it, and not before.
func TestPeers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	port := c.LocalAddr().(*net.TCPAddr).Port
	has := func() bool {
		ports, err := peers(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(ports, port)
	}
	if has() {
		t.Errorf("port %d is of a connection before it is accepted", port)
	}
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if !has() {
		t.Errorf("port %d is of no connection", port)
	}
	a.Close()
	if has() {
		t.Errorf("port %d is of a connection that is closed", port)
	}
}
