package main

import (
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// explain has words for every kind of wait and every verdict of the tables.
func TestExplainKinds(t *testing.T) {
	for _, c := range rules.Coverage("go1.26") {
		text := explainKinds(c.Kinds)
		for kind := range strings.FieldsSeq(c.Kinds) {
			if name, _, _ := strings.Cut(kind, "="); waitKinds[name] == "" || !strings.Contains(text, waitKinds[name]) {
				t.Errorf("%s: %s is explained as\n%s", c.Symbol, kind, text)
			}
		}
	}
}
