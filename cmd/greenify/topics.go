package main

import (
	"embed"
	"path"
	"regexp"
	"strings"

	"github.com/greenify-go/greenify/runtime/setting"
)

// A topic is a text of greenify help that is about no command.
type topic struct {
	name, short string
	text        func() string
}

// topics is the table, in the order of the help.
var topics = append([]topic{
	{"flags", "the flags of greenify beside those of the go command", helpFlags},
	{"runtime", "the settings of a patched program, in the variable GREENIFY", func() string { return setting.Help(false) }},
}, pages()...)

func topicNames() []string {
	var names []string
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

// Topics that are long are pages: README.md links to the same files, so each text has
// one home.
//
//go:embed topics/*.md
var pageFiles embed.FS

var markdownComment = regexp.MustCompile(`(?m)^<!--.*-->\n`)

// pages makes topics of the pages, in alphabetical order.
func pages() []topic {
	entries, err := pageFiles.ReadDir("topics")
	if err != nil {
		panic(err) // embedded
	}
	var list []topic
	for _, e := range entries {
		title, _, _ := strings.Cut(readPage(e.Name()), "\n")
		title = strings.TrimPrefix(title, "# ")
		list = append(list, topic{
			name:  strings.TrimSuffix(path.Base(e.Name()), ".md"),
			short: strings.ToLower(title[:1]) + title[1:],
			text:  func() string { return pageText(e.Name()) },
		})
	}
	return list
}

// A link of a page: relative to the page, since README.md and GitHub have it.
var markdownLink = regexp.MustCompile(`!?\[([^\]]*)\]\(([^)]*)\)`)

// repository is where the files are that pages link to.
const repository = "https://github.com/greenify-go/greenify/blob/main/"

// readableLinks puts in place of a link what a reader of a terminal can use: the command
// that prints the page, or an address.
func readableLinks(text string) string {
	return markdownLink.ReplaceAllStringFunc(text, func(link string) string {
		m := markdownLink.FindStringSubmatch(link)
		to := m[2]
		if page, ok := strings.CutSuffix(to, ".md"); ok && !strings.Contains(page, "/") {
			to = "greenify help " + page
		} else if !strings.Contains(to, "://") {
			to = repository + path.Join("cmd/greenify/topics", to)
		}
		return m[1] + " (" + to + ")"
	})
}

// pageText returns a page as greenify help prints it.
func pageText(file string) string {
	return readableLinks(markdownComment.ReplaceAllString(readPage(file), ""))
}

func readPage(file string) string {
	data, err := pageFiles.ReadFile("topics/" + file)
	if err != nil {
		panic(err) // embedded
	}
	return string(data)
}
