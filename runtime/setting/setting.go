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

// PoolMax is the largest size of an offload pool.
const PoolMax = hubPoolMax

// A Value is one field of the variable.
type Value struct {
	Name string // of the setting; "" for an empty field
	N    int64  // of a setting that is on or off 1 or 0, of a time nanoseconds
}

// Read reads a field of the variable of a program, one that is patched in source or as a
// whole. If refused is not "" it says what is wrong with the field and what is allowed.
func Read(field string, inSource bool) (v Value, refused string) {
	if field == "" {
		return v, ""
	}
	r := hubReadField(field, inSource)
	if r.setting == nil || r.wrong != "" {
		return v, hubRefusal(field, r, inSource)
	}
	return Value{r.setting.name, r.n}, ""
}

// Unset is the value of a setting that the variable does not have, in a test binary or
// another program.
func Unset(name string, test bool) int64 { return hubUnset(name, test) }

// Help is the text of greenify help runtime, and of GREENIFY=help in a program patched in
// source.
func Help(inSource bool) string { return hubHelp(inSource) }
