//go:build greenify_hub

package runtime

import (
	"internal/strconv"
	"internal/stringslite"
)

// hubSettings are the parts of the GREENIFY variable, GODEBUG style; package
// setting has their table.
var hubSettings struct {
	off   bool
	stats bool
	races bool
}

// hubReadSettings reads the variable, or ends the program.
//
// A program that has more rights than its user (set-user-ID, set-group-ID, file
// capabilities) does not listen to it: the variable would have it write files with
// these rights. Package runtime treats GOTRACEBACK alike.
func hubReadSettings() {
	if isSecureMode() {
		return
	}
	const name = "GREENIFY="
	for i, kv := range envs {
		value, ok := stringslite.CutPrefix(kv, name)
		if !ok {
			continue
		}
		for s := value; s != ""; {
			field := s
			if i := stringslite.IndexByte(s, ','); i >= 0 {
				field, s = s[:i], s[i+1:]
			} else {
				s = ""
			}
			if field != "" && !hubSet(field) {
				hubRefuse(field)
			}
		}
		hubInherit(&envs[i], value)
		return // the first one counts
	}
}

// hubRefuse says what is wrong with a setting and ends the program.
func hubRefuse(field string) {
	print("greenify: ")
	switch {
	case field == "help":
		print("settings in GREENIFY are ", hubKnown)
	case hubWrong == "":
		print("unknown setting ")
		hubPrintSafe(field)
		print(" in GREENIFY; known are ", hubKnown)
	default:
		print("GREENIFY: ")
		hubPrintSafe(field)
		print(": ", hubWrong)
	}
	print("; see greenify help runtime\n")
	exit(2)
}

// hubPrintSafe prints text of the user's for a terminal: whatever would steer one is
// escaped.
func hubPrintSafe(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			const digits = "0123456789abcdef"
			print(`\x`, digits[c>>4:c>>4+1], digits[c&15:c&15+1])
		} else {
			print(s[i : i+1])
		}
	}
}

// hubWrong says what is wrong with the value that hubSet does not take; "" if it
// does not know the key.
var hubWrong string

// hubSet reads one setting. It reports false for a wrong key or value.
func hubSet(field string) bool {
	key, value := field, ""
	i := stringslite.IndexByte(field, '=')
	if i >= 0 {
		key, value = field[:i], field[i+1:]
	}
	alone := i < 0
	hubWrong = "has a value that it cannot have"
	switch key {
	case "off":
		hubSettings.off = true
		hubWrong = "takes no value"
		return alone
	case "stats":
		return hubBit(alone, value, &hubSettings.stats)
	case "races":
		return hubBit(alone, value, &hubSettings.races)
	case "children":
		return hubBit(alone, value, &hubFamily.children)
	case "made":
		var made bool
		ok := hubBit(alone, value, &made)
		hubMade = -1
		if made {
			hubMade = 1
		}
		return ok
	case "parent":
		n, err := strconv.Atoi(value)
		hubFamily.parent = n
		hubWrong = "is no process id; greenify sets it for children"
		return err == nil && n > 0
	case "admin":
		return hubSetAdmin(hubPath(value))
	case "trace":
		path := hubPath(value)
		hubFamily.ownTrace = path != value
		hubTrace.file = &append([]byte(path), 0)[0]
		hubWrong = "names no file"
		return path != ""
	case "offload":
		n, err := strconv.Atoi(value)
		hubPool.size = int32(n)
		hubWrong = "is no number from 1 to 1048575"
		return err == nil && 0 < n && n < 1<<20
	case "deadlock":
		return hubSetPatrol(value)
	case "blocked":
		return hubDuration(value, &hubBlock.limit)
	case "busy":
		if value == "off" {
			value = "0"
		}
		return hubDuration(value, &hubBusy.limit)
	}
	hubWrong = ""
	return false
}

// hubBit reads a setting that is on or off: KEY, KEY=1 or KEY=0.
func hubBit(alone bool, value string, to *bool) bool {
	*to = alone || value == "1"
	hubWrong = "is neither 0 nor 1"
	return *to || value == "0"
}

// hubPath puts the process id in place of %p: the file is then this process's own.
func hubPath(s string) string {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '%' && s[i+1] == 'p' {
			pid := strconv.Itoa(getpid())
			s = s[:i] + pid + s[i+2:]
			i += len(pid) - 1
		}
	}
	return s
}

// hubDuration reads a whole number of us, ms or s into nanoseconds, or 0.
func hubDuration(s string, to *int64) bool {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(s[:i])
	unit := int64(1)
	switch s[i:] {
	case "us":
		unit = 1e3
	case "ms":
		unit = 1e6
	case "s":
		unit = 1e9
	case "":
		if err == nil && n != 0 { // 0 needs no unit
			hubWrong = "has no unit: " + s + "ms"
			return false
		}
	default:
		hubWrong = "is no whole number of us, ms or s"
		return false
	}
	*to = int64(n) * unit
	hubWrong = "is no whole number of us, ms or s"
	if i > 0 && (err != nil || int64(n) > (1<<63-1)/unit) {
		hubWrong = "is too long"
		return false
	}
	return err == nil
}
