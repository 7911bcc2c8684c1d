// Package setting is the one table of the settings of the GREENIFY variable, and what
// reads the variable by it. The hub, programs patched in source and the command's help
// have it from here.
package setting

import _ "embed"

// Source is the file with the table and what reads it. It imports nothing, so that
// another package can have it whole, as package runtime does.
//
//go:embed table.go
var Source []byte

// PoolSize is the size of the offload pool unless something else is asked for, and
// PoolMax the largest.
const (
	PoolSize = hubPoolSize
	PoolMax  = hubPoolMax
)

// A Value is one field of the variable, in a program patched in source.
type Value struct {
	Name string // of the setting; "" for an empty field
	N    int64  // of a setting that is on or off 1 or 0, of a time nanoseconds
}

// Read reads a field of the variable of a program patched in source. If the error is not
// "" it says what is wrong with it and what is allowed.
func Read(field string) (v Value, refused string) {
	if field == "" {
		return v, ""
	}
	r := hubReadField(field, true)
	if r.setting == nil || r.wrong != "" {
		return v, hubRefusal(field, r, true)
	}
	return Value{r.setting.name, r.n}, ""
}

// Unset is the value of a setting that the variable does not have, in a test binary or
// another program.
func Unset(name string, test bool) int64 { return hubUnset(name, test) }

// Shown lists the settings of a program, of one patched in source or of any, as
// people see them: "off", "blocked=50ms".
func Shown(inSource bool) []string {
	var list []string
	for i := range hubSettingTable {
		if s := &hubSettingTable[i]; s.doc != nil && (s.inSource || !inSource) {
			list = append(list, s.shown())
		}
	}
	return list
}

// Help is the text of greenify help runtime.
func Help() string { return hubHelp(false) }

// HelpInSource is that for a program patched in source.
func HelpInSource() string { return hubHelp(true) }
