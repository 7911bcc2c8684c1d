package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// scratch returns a new folder.
func scratch(t *T) string {
	dir := must1(os.MkdirTemp("", "ticker"))
	t.Defer(func() { os.RemoveAll(dir) })
	return dir
}

const big = 4 << 20 // bytes

// bigFile returns the name of a large file.
func bigFile(t *T) string {
	name := filepath.Join(scratch(t), "big")
	must(os.WriteFile(name, make([]byte, big), 0o600))
	return name
}

// diskOps wait for a disk: they are short, but nothing bounds them.
var diskOps = []op{
	{"os.File.Sync", func(t *T) {
		f := must1(os.Create(filepath.Join(scratch(t), "f")))
		t.Defer(func() { f.Close() })
		must1(f.Write(make([]byte, 1<<16)))
		t.Call(func() { must(f.Sync()) })
	}},
	{"os.ReadFile, 4 MB", func(t *T) {
		name := bigFile(t)
		t.Call(func() { must1(os.ReadFile(name)) })
	}},
	{"os.WriteFile, 1 MB", func(t *T) {
		name, data := filepath.Join(scratch(t), "f"), make([]byte, 1<<20)
		t.Call(func() { must(os.WriteFile(name, data, 0o600)) })
	}},
	{"io.Copy, file to file", func(t *T) {
		src := must1(os.Open(bigFile(t)))
		dst := must1(os.Create(filepath.Join(scratch(t), "copy")))
		t.Defer(func() { src.Close(); dst.Close() })
		t.Call(func() { must1(io.CopyN(dst, src, 1<<20)) })
	}},
	{"os.File.ReadAt", func(t *T) {
		f := must1(os.Open(bigFile(t)))
		t.Defer(func() { f.Close() })
		t.Call(func() { must1(f.ReadAt(make([]byte, 4096), big/2)) })
	}},
	{"os.File.Truncate", func(t *T) {
		f := must1(os.Create(filepath.Join(scratch(t), "f")))
		t.Defer(func() { f.Close() })
		t.Call(func() { must(f.Truncate(big)) })
	}},
	{"os.Open", func(t *T) {
		name := bigFile(t)
		t.Call(func() { must1(os.Open(name)).Close() })
	}},
	{"os.Stat", func(t *T) {
		dir := scratch(t)
		t.Call(func() { must1(os.Stat(dir)) })
	}},
	{"os.ReadDir", func(t *T) {
		t.Call(func() { must1(os.ReadDir("/")) })
	}},
	{"os.MkdirAll", func(t *T) {
		dir := scratch(t)
		t.Call(func() { must(os.MkdirAll(filepath.Join(dir, "a/b/c"), 0o700)) })
	}},
	{"os.Rename", func(t *T) {
		dir := scratch(t)
		must(os.WriteFile(filepath.Join(dir, "a"), nil, 0o600))
		t.Call(func() { must(os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b"))) })
	}},
	{"os.RemoveAll", func(t *T) {
		dir := scratch(t)
		must(os.WriteFile(filepath.Join(dir, "a"), nil, 0o600))
		t.Call(func() { must(os.RemoveAll(dir)) })
	}},
	{"os.CreateTemp", func(t *T) {
		dir := scratch(t)
		t.Call(func() { must1(os.CreateTemp(dir, "x")).Close() })
	}},
	{"filepath.WalkDir", func(t *T) {
		dir := scratch(t)
		t.Call(func() { must(filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { return nil })) })
	}},
}
