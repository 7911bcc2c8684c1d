package main

import (
	"embed"
	"path"
	"regexp"
	"strings"
)

// The topics of greenify help that are longer than a command's own text. README.md
// links to the same files, so each text has one home.
//
//go:embed topics/*.md
var topicFiles embed.FS

var markdownComment = regexp.MustCompile(`(?m)^<!--.*-->\n`)

// topicText returns the text of a topic as greenify help prints it.
func topicText(name string) (text string, ok bool) {
	data, err := topicFiles.ReadFile("topics/" + name + ".md")
	if err != nil {
		return "", false
	}
	return markdownComment.ReplaceAllString(string(data), ""), true
}

// topicNames returns the topics, in alphabetical order.
func topicNames() []string {
	entries, err := topicFiles.ReadDir("topics")
	if err != nil {
		panic(err) // embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(path.Base(e.Name()), ".md"))
	}
	return names
}

// topicTitle returns the heading of a topic.
func topicTitle(name string) string {
	text, _ := topicText(name)
	title, _, _ := strings.Cut(text, "\n")
	return strings.TrimPrefix(title, "# ")
}
