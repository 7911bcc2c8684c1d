package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each topic is printed whole, without the marks of its generated tables.
func TestTopics(t *testing.T) {
	names := topicNames()
	if len(names) == 0 {
		t.Fatal("there are no topics")
	}
	for _, name := range names {
		var stdout, stderr bytes.Buffer
		c := &command{stdout: &stdout, stderr: &stderr}
		if code := c.help([]string{name}); code != exitOK || stderr.Len() > 0 {
			t.Errorf("help %s: exit code %d\n%s", name, code, &stderr)
		}
		text := stdout.String()
		if !strings.HasPrefix(text, "# ") || topicTitle(name) == "" {
			t.Errorf("help %s has no heading", name)
		}
		if strings.Contains(text, "<!--") {
			t.Errorf("help %s prints a comment", name)
		}
		data, err := os.ReadFile(filepath.Join("topics", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Split(strings.TrimSpace(string(data)), "\n"); !strings.HasSuffix(strings.TrimSpace(text), lines[len(lines)-1]) && !strings.HasPrefix(lines[len(lines)-1], "<!--") {
			t.Errorf("help %s ends before %q", name, lines[len(lines)-1])
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
	for _, name := range topicNames() {
		if !bytes.Contains(readme, []byte("(cmd/greenify/topics/"+name+".md)")) {
			t.Errorf("README.md does not link to topic %s", name)
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
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(data, -1) {
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
