package code

import "testing"

// FuzzUnmark: what is in a binary is no manifest, or is marked again as it was read.
func FuzzUnmark(f *testing.F) {
	f.Add([]byte("an ELF file" + Mark(Manifest{}) + "and more"))
	f.Add([]byte(Mark(Manifest{Go: "go1.26.8", Rules: "1", Scope: "all", Groups: Groups, Std: []string{"runtime", "sync"}, Offload: "disk", Locks: true, Sim: true, Drivers: []string{"example.com/sqlite"}})))
	f.Add([]byte(begin() + "rules\nsim maybe\ngo  \nunknown x\n" + end))
	f.Add([]byte(begin()))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, ok := Unmark(data)
		if !ok {
			return
		}
		if again, ok := Unmark([]byte(Mark(m))); !ok || Mark(again) != Mark(m) {
			t.Errorf("%+v, marked and read again: %+v, %t", m, again, ok)
		}
	})
}
