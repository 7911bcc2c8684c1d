package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const pages = 3_000

// site is what the pages of the generated site are made with.
var site = map[string]string{
	"hugo.toml": `
baseURL = "https://example.org/"
title = "Site"
enableRobotsTXT = true
[taxonomies]
tag = "tags"
category = "categories"
[pagination]
pagerSize = 20
[outputs]
home = ["html", "rss", "json"]
section = ["html", "rss"]
`,
	"layouts/_default/baseof.html":     `<!doctype html><html><head><title>{{ .Title }}</title>{{ partial "head.html" . }}</head><body>{{ block "main" . }}{{ end }}{{ partialCached "foot.html" . }}</body></html>`,
	"layouts/partials/head.html":       `{{ with resources.Get "main.css" | minify | fingerprint }}<link rel="stylesheet" href="{{ .RelPermalink }}" integrity="{{ .Data.Integrity }}">{{ end }}`,
	"layouts/partials/foot.html":       `<footer>{{ len site.RegularPages }} pages, {{ range first 10 (site.Taxonomies.tags.ByCount) }}<a href="{{ .Page.RelPermalink }}">{{ .Page.Title }} {{ .Count }}</a> {{ end }}</footer>`,
	"layouts/_default/single.html":     `{{ define "main" }}<h1>{{ .Title }}</h1><p>{{ .Date.Format "2 January 2006" }}, {{ .WordCount }} words, {{ .ReadingTime }} min</p>{{ .TableOfContents }}{{ .Content }}{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ range first 5 (site.RegularPages.Related .) }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ end }}`,
	"layouts/_default/list.html":       `{{ define "main" }}<h1>{{ .Title }}</h1>{{ range .Paginator.Pages }}<h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>{{ .Summary }}{{ end }}{{ template "_internal/pagination.html" . }}{{ end }}`,
	"layouts/index.json":               `[{{ range $i, $p := first 100 site.RegularPages }}{{ if $i }},{{ end }}{{ dict "title" .Title "url" .Permalink "text" (.Plain | truncate 100) | jsonify }}{{ end }}]`,
	"layouts/shortcodes/sum.html":      `<b>{{ add (int (.Get 0)) (int (.Get 1)) }}</b>`,
	"layouts/shortcodes/box.html":      `<div class="box">{{ .Inner | .Page.RenderString }}</div>`,
	"layouts/_markup/render-link.html": `<a class="link" href="{{ .Destination }}">{{ .Text | safeHTML }}</a>`,
	"assets/main.css":                  "body {\n  color: #333333;\n}\n.box {\n  border: 1px solid black;\n}\n",
}

// hugo generates a site, all bytes of which must be the same, and then serves it and has it edited.
func hugo(r *run) error {
	src := filepath.Join(r.dir, "src")
	for name, text := range site {
		if err := write(filepath.Join(src, name), text); err != nil {
			return err
		}
	}
	made := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range pages {
		if err := write(filepath.Join(src, post(i)), page(i, made.Add(time.Duration(i)*time.Hour), "")); err != nil {
			return err
		}
	}
	public := filepath.Join(r.dir, "public")
	err := r.command(fmt.Sprintf("site of %d pages", pages), func() ([]string, error) {
		return tree(public)
	}, r.program, "-s", src, "-d", public, "--cacheDir", filepath.Join(r.dir, "cache"), "--noBuildLock", "--minify", "--quiet")
	if err != nil {
		return err
	}

	addr, port, err := free()
	if err != nil {
		return err
	}
	p, err := r.start("server", "-s", src, "--cacheDir", filepath.Join(r.dir, "cache"), "--bind", "127.0.0.1", "--port", fmt.Sprint(port),
		"--baseURL", "http://example.org/", "--appendPort=false", "--disableLiveReload", "--renderToMemory", "--poll", "100ms", "--noBuildLock")
	if err != nil {
		return err
	}
	c := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: time.Minute}
	defer c.CloseIdleConnections()
	url := "http://" + addr
	if err := r.until("page", func() error {
		_, err := get(&c, url+"/posts/p0/")
		return err
	}); err != nil {
		return err
	}
	err = r.load("page served", 16, 6_000, func(_, i int) (string, error) {
		return get(&c, fmt.Sprintf("%s/posts/p%d/", url, i*7919%pages))
	})
	if err != nil {
		return err
	}
	err = r.batch("20 edits seen in pages", func() (all []string, err error) {
		for i := range 20 {
			if err := write(filepath.Join(src, post(i)), page(i, made, fmt.Sprintf("Edited %d.", i))); err != nil {
				return nil, err
			}
			if err := r.until("edited page", func() error {
				text, err := get(&c, fmt.Sprintf("%s/posts/p%d/", url, i))
				if err == nil && !strings.Contains(text, fmt.Sprintf("Edited %d.", i)) {
					err = errors.New("the page is the old one")
				}
				return err
			}); err != nil {
				return nil, err
			}
		}
		for i := range 20 { // when all are edited, for they refer to each other
			text, err := get(&c, fmt.Sprintf("%s/posts/p%d/", url, i))
			if err != nil {
				return nil, err
			}
			all = append(all, text)
		}
		return all, nil
	})
	if err != nil {
		return err
	}
	return p.stop()
}

func post(i int) string { return fmt.Sprintf("content/posts/p%d.md", i) }

// page is the source of a page.
func page(i int, date time.Time, more string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: Page %d\ndate: %s\ntags: [t%d, t%d]\ncategories: [c%d]\n---\n", i, date.Format(time.RFC3339), i%40, i%97, i%7)
	for s := range 4 {
		fmt.Fprintf(&b, "\n## Section %d\n\n%s *text* of page %d, [link](/posts/p%d/) and `code`. {{< sum %d %d >}}\n\n", s, strings.Repeat("Some words. ", 5+i%20), i, (i+1)%pages, i, s)
		fmt.Fprintf(&b, "| a | b |\n|---|---|\n| %d | %d |\n\n```go\nfunc f%d() int { return %d }\n```\n\n{{< box >}}Inside **%d**{{< /box >}}\n", i, s, i, s, i)
	}
	return b.String() + "\n" + more + "\n"
}

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o666)
}

// tree returns the files of a folder and what is in them.
func tree(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files = append(files, fmt.Sprintf("%s %d %x", rel, len(data), sha256.Sum256(data)))
		return err
	})
	return files, err
}
