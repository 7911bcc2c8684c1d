package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The workflow has every step of .ci/run as a job of its own, also those that .ci/run leaves
// out unless they are named.
func TestWorkflow(t *testing.T) {
	find := func(file, pattern string) string {
		t.Helper()
		data, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(data)
		if m == nil {
			t.Fatalf("%s has no %s", file, pattern)
		}
		return string(m[1])
	}
	script := strings.Fields(find(".ci/run", `(?m)^steps=\((.*)\)$`) + " " + find(".ci/run", `(?m)^named=\((.*)\)$`))
	jobs := strings.Split(find(".github/workflows/ci.yml", `(?m)^ *step: \[(.*)\]$`), ", ")
	if !slices.Equal(script, jobs) {
		t.Errorf("the steps of .ci/run are\n%q\nthe jobs of the workflow\n%q", script, jobs)
	}
}
