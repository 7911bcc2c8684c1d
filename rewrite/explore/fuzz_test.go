package explore

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzSchedule: the file of a schedule is refused, or written again as it was read.
func FuzzSchedule(f *testing.F) {
	files, err := filepath.Glob("../../testdata/sim/modules/*.sim")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("greenify recording 1\n")
	var program strings.Builder
	(&Schedule{Args: []string{"-v", "a b\n\"\xff", ""}, Varied: "17+120.3", Full: true}).WriteTo(&program)
	f.Add(program.String())
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSchedule(text)
		if err != nil {
			return
		}
		var b strings.Builder
		s.WriteTo(&b)
		again, err := parseSchedule(b.String())
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Errorf("%+v, written and read again: %+v, %v\n%s", s, again, err, b.String())
		}
	})
}

// FuzzVariation: what -seed is given is refused, or said again as it was meant.
func FuzzVariation(f *testing.F) {
	for _, text := range []string{"1", "17+120.3", "4294967295+1.0+2.18446744073709551615", "0", "1+", "1+2", "1+2.3+2.4"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseVariation(text)
		if err != nil {
			return
		}
		if again, err := ParseVariation(v.String()); err != nil || !reflect.DeepEqual(v, again) {
			t.Errorf("%q is %+v, and %q is %+v, %v", text, v, v, again, err)
		}
	})
}

// FuzzResults: a file of results is refused with its name, or read.
func FuzzResults(f *testing.F) {
	f.Add([]byte(`{"v":1,"package":"p","test":"TestA","seed":1,"verdict":"ok"}` + "\n"))
	f.Add([]byte("{}\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Read("results", data)
		if err != nil && (list != nil || !strings.HasPrefix(err.Error(), "results:")) {
			t.Errorf("%d results, error %v", len(list), err)
		}
	})
}
