package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each topic is in the list of topics and printed whole, a page without the marks of
// its generated tables.
func TestTopics(t *testing.T) {
	_, list, _ := greenify(t, "help")
	for _, topic := range topics {
		code, text, stderr := greenify(t, "help", topic.name)
		if code != exitOK || stderr != "" || text != topic.text() {
			t.Errorf("help %s: exit code %d\n%s", topic.name, code, stderr)
		}
		if topic.short == "" || !strings.Contains(list, "\t"+topic.name+" ") {
			t.Errorf("help does not name topic %s", topic.name)
		}
		data, err := os.ReadFile(filepath.Join("topics", topic.name+".md"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, "# ") || strings.Contains(text, "<!--") || strings.Contains(text, "](") {
			t.Errorf("help %s has no heading, or prints a comment or a raw link", topic.name)
		}
		if lines := strings.Split(strings.TrimSpace(string(data)), "\n"); !strings.HasSuffix(strings.TrimSpace(text), readableLinks(lines[len(lines)-1])) && !strings.HasPrefix(lines[len(lines)-1], "<!--") {
			t.Errorf("help %s ends before %q", topic.name, lines[len(lines)-1])
		}
	}
}

// A reader of a terminal can use what a link has become.
func TestReadableLinks(t *testing.T) {
	for link, want := range map[string]string{
		"see [the script](../../../testdata/script/deadlock.txtar) for": "see the script (https://github.com/greenify-go/greenify/blob/main/testdata/script/deadlock.txtar) for",
		"![a trace](../../../testdata/trace.png)":                       "a trace (https://github.com/greenify-go/greenify/blob/main/testdata/trace.png)",
		"[kills](kill.md)":           "kills (greenify help kill)",
		"[Delve](https://delve.org)": "Delve (https://delve.org)",
	} {
		if got := readableLinks(link); got != want {
			t.Errorf("%s is %s, want %s", link, got, want)
		}
	}
}

// The front page stays one that people read, names every topic, and no link of a page
// of the top level, or of a topic, leads nowhere.
func TestPages(t *testing.T) {
	const root = "../.."
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if len(readme) >= 12<<10 {
		t.Errorf("README.md has %d bytes", len(readme))
	}
	for _, topic := range pages() {
		if name := topic.name; !bytes.Contains(readme, []byte("(cmd/greenify/topics/"+name+".md)")) {
			t.Errorf("README.md does not link to topic %s", topic.name)
		}
	}
	for _, pkg := range packages(t, root) {
		for _, name := range strings.Split(pkg, "/") {
			if !regexp.MustCompile(`(?m)^    .*\b` + name + `\b`).Match(readme) {
				t.Errorf("README.md has no %s, of package %s, in its picture of the house", name, pkg)
			}
		}
	}
	var pages []string
	for _, pattern := range []string{root + "/*.md", "topics/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no pages (%v)", pattern, err)
		}
		pages = append(pages, names...)
	}
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	code := regexp.MustCompile("`[^`\n]+`") // f[int](nil) in it is no link; [`f`](file) is one
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(code.ReplaceAll(data, nil), -1) {
			target := string(m[1])
			if strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), target)); err != nil {
				t.Errorf("%s links to %s: %v", page, target, err)
			}
		}
	}
}

// packages lists the packages of the module by their folders.
func packages(t *testing.T, root string) (list []string) {
	t.Helper()
	cmd := exec.Command("go", "list", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		list = append(list, strings.TrimPrefix(path, "github.com/greenify-go/greenify/"))
	}
	return list
}
