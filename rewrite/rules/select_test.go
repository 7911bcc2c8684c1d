package rules

import (
	"slices"
	"strings"
	"testing"
)

// The truth table of eventlet.monkey_patch(**on).
func TestParsePatch(t *testing.T) {
	all := strings.Join(Groups, " ")
	without := func(names ...string) string {
		s := " " + all + " "
		for _, n := range names {
			s = strings.Replace(s, " "+n+" ", " ", 1)
		}
		return strings.TrimSpace(s)
	}
	for _, tt := range []struct{ flag, want string }{
		{"all", all},
		{"time,socket", "socket time"},              // any named: only those
		{"-os", without("os")},                      // only taken out: all but those
		{"-os,-db", without("os", "db")},            //
		{"all,-db", without("db")},                  // all sets the rest
		{"-db,all", without("db")},                  // in any order
		{"all,time", all},                           //
		{"-all,time,thread", "thread time"},         //
		{"time,-os", "time"},                        // named ones win
		{" time , socket ", "socket time"},          //
		{"time,time", "time"},                       //
		{"-all", "error: patches nothing"},          //
		{"-all,-os", "error: patches nothing"},      //
		{"time,-time", "error: names time both"},    //
		{"", `error: unknown group ""`},             //
		{"threading", `error: unknown group "thre`}, //
		{"Time", `error: unknown group "Time"`},     //
		{"--time", `error: unknown group "-time"`},  //
	} {
		list, err := ParsePatch(tt.flag)
		got := strings.Join(list, " ")
		if err != nil {
			got = "error: " + err.Error()
		}
		if want, isErr := strings.CutPrefix(tt.want, "error: "); isErr && (err == nil || !strings.Contains(got, want)) || !isErr && got != tt.want {
			t.Errorf("-patch=%s: %s, want %s", tt.flag, got, tt.want)
		}
	}
}

// A version names the groups unless it is all of them, and can be taken apart.
func TestCallVersionFor(t *testing.T) {
	groups, err := ParsePatch("time,os")
	if err != nil {
		t.Fatal(err)
	}
	for want, groups := range map[string][]string{CallVersion(): nil, CallVersion() + ":os,time": groups} {
		if got := CallVersionFor(groups); got != want {
			t.Errorf("version for %q is %s, want %s", groups, got, want)
		}
		if groups == nil {
			groups = Groups
		}
		if v, list := SplitVersion(want); v != CallVersion() || !slices.Equal(list, groups) {
			t.Errorf("%s is version %s for %q", want, v, list)
		}
	}
	if got := CallVersionFor(Groups); got != CallVersion() {
		t.Errorf("version for all groups is %s", got)
	}
}

// A set is consistent if threads can end each other's waits.
func TestMissing(t *testing.T) {
	for flag, want := range map[string]string{
		"all":                    "",
		"-time":                  "",
		"time,thread":            "select builtins",
		"-thread":                "thread",
		"thread,select,builtins": "",
	} {
		groups, err := ParsePatch(flag)
		if got := strings.Join(Missing(groups), " "); err != nil || got != want {
			t.Errorf("-patch=%s lacks %q (%v), want %q", flag, got, err, want)
		}
	}
}

// Rules of groups that are not selected are left out; goroutines are green
// threads in every set.
func TestSelected(t *testing.T) {
	count := func(flag, group string) (n int) {
		groups, err := ParsePatch(flag)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range Selected(groups) {
			if r.Group == group {
				n++
			}
		}
		return n
	}
	if n := len(Selected(Groups)); n != len(Leaves()) {
		t.Errorf("all: %d rules of %d", n, len(Leaves()))
	}
	if count("-dns", "dns") != 0 || count("all", "dns") == 0 || count("-thread", "thread") != count("all", "thread") {
		t.Error("the rules of a group do not follow -patch")
	}
	if count("-socket", "os") != count("all", "os")+1 || count("-os", "socket") != count("all", "socket")+1 || count("-os,-socket", "os") != 0 || count("-os,-socket", "socket") != 0 {
		t.Error("one of os and socket needs a rule that tells their descriptors apart")
	}
}
