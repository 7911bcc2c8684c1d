package setting

import (
	"slices"
	"strings"
	"testing"
)

// The table is in the order of the names, its examples are values that it takes, and a
// program patched in source does not know what only a whole program does.
func TestTable(t *testing.T) {
	if !slices.IsSortedFunc(hubSettingTable, func(a, b hubSetting) int { return strings.Compare(a.name, b.name) }) {
		t.Error("the settings are not sorted")
	}
	for _, s := range hubSettingTable {
		if s.doc == nil {
			continue // the example says what greenify writes there
		}
		if r := hubReadField(s.shown(), false); r.setting == nil || r.setting.name != s.name || r.wrong != "" {
			t.Errorf("%s: %+v", s.shown(), r)
		}
		if _, refused := Read(s.shown(), true); (refused == "") != s.inSource {
			t.Errorf("%s in source: %q", s.shown(), refused)
		}
		if help := strings.Contains(Help(true), "\t"+s.shown()+" "); help != s.inSource || !strings.Contains(Help(false), "\t"+s.shown()+" ") {
			t.Errorf("%s is not in the help, or in source where it is not known", s.shown())
		}
	}
}

// The help has the defaults from the table, as they are written in the variable.
func TestDefaults(t *testing.T) {
	for name, want := range map[string]string{
		"blocked": "(default off, in a test binary 100ms)", "busy": "(default 1s, in a test binary 100ms)", "deadlock": "(default off, in a test binary 5s)",
		"made": "(default 0, in a test binary 1)", "offload": "(default 20)",
	} {
		_, text, _ := strings.Cut(Help(false), "\n\t"+name+"=")
		if _, text, _ = strings.Cut(text, "(default"); !strings.HasPrefix("(default"+text, want+"\n") {
			t.Errorf("%s: no %q in the help:\n%s", name, want, Help(false))
		}
	}
	for i := range hubSettingTable {
		for _, n := range []int64{hubSettingTable[i].unset, hubSettingTable[i].test} {
			if s := &hubSettingTable[i]; n != 0 {
				if r := hubReadField(s.name+"="+s.text(n), false); r.n != n || r.wrong != "" {
					t.Errorf("%s=%s is read as %+v", s.name, s.text(n), r)
				}
			}
		}
	}
}

// A field is read as its kind says, and refused with what is wrong.
func TestRead(t *testing.T) {
	for _, tt := range []struct {
		field, wrong string
		n            int64
	}{
		{"stats", "", 1}, {"stats=1", "", 1}, {"stats=0", "", 0}, {"stats=", "is neither 0 nor 1", 0}, {"stats=true", "is neither 0 nor 1", 0},
		{"off", "", 1}, {"off=", "takes no value", 1},
		{"offload=1", "", 1}, {"offload=1048575", "", hubPoolMax}, {"offload=007", "", 7},
		{"offload=1048576", "is not a number from 1 to 1048575", 0}, {"offload=0", "is not a number from 1 to 1048575", 0}, {"offload", "is not a number from 1 to 1048575", 0},
		{"offload=18446744073709551617", "is not a number from 1 to 1048575", 0},
		{"blocked=50ms", "", 50e6}, {"blocked=7us", "", 7e3}, {"blocked=2s", "", 2e9}, {"blocked=0", "", 0}, {"blocked=000", "", 0}, {"blocked=off", "", 0}, {"blocked=0s", "", 0},
		{"blocked=5", "has no unit: 5ms", 0}, {"blocked=5m", "is not a whole number of us, ms or s", 0}, {"blocked=ms", "is not a whole number of us, ms or s", 0}, {"blocked=", "is not a whole number of us, ms or s", 0},
		{"blocked=9223372036s", "", 9223372036e9}, {"blocked=9223372037s", "is too long", 0}, {"blocked=18446744073709551617us", "is too long", 0},
		{"trace=x", "", 0}, {"trace=", "names no file", 0},
		{"parent=12", "", 12}, {"parent=-1", "is not a process id; greenify sets it for children", 0},
	} {
		r := hubReadField(tt.field, false)
		if r.setting == nil || r.wrong != tt.wrong || r.wrong == "" && r.n != tt.n {
			t.Errorf("%s: %+v, want %d, %q", tt.field, r, tt.n, tt.wrong)
		}
	}
	for _, field := range []string{"", "=", "=1", "Stats", "statss"} {
		if r := hubReadField(field, false); r.setting != nil {
			t.Errorf("%q: %+v", field, r)
		}
	}
	if _, refused := Read("admin=x\x1b", true); refused != `unknown setting admin=x\x1b in GREENIFY; known are `+hubKnown(true)+"; see greenify help runtime" {
		t.Errorf("admin in source: %q", refused)
	}
}

// Package runtime has the file whole: it must import nothing, and add no name that is
// not the hub's.
func TestSource(t *testing.T) {
	for line := range strings.Lines(string(Source)) {
		for _, keyword := range []string{"import ", "func ", "var ", "const ", "type "} {
			if rest, ok := strings.CutPrefix(line, keyword); ok && !strings.HasPrefix(rest, "hub") && !strings.HasPrefix(rest, "(s *hub") && rest != "(\n" {
				t.Errorf("%s", line)
			}
		}
	}
}
