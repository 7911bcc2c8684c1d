//go:build greenify_hub

package runtime

import (
	"internal/strconv"
	"internal/stringslite"
	"unsafe"
)

// hubSettings are parts of the GREENIFY variable, GODEBUG style. Their table, and what
// reads them by it, is greenify_table.go: package setting of greenify.
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
			if field == "" {
				continue
			}
			r := hubReadField(field, false)
			if r.setting != nil && r.wrong == "" && !hubSet(&r) {
				r.wrong = r.setting.wrong
			}
			if r.setting == nil || r.wrong != "" {
				print("greenify: ", hubRefusal(field, r, false), "\n")
				exit(2)
			}
		}
		hubInherit(&envs[i], value)
		return // the first one counts
	}
}

// hubSet does what a setting says. It reports false if the name of a file is not valid.
func hubSet(r *hubFieldRead) bool {
	switch r.setting.name {
	case "admin":
		return hubSetAdmin(hubPath(r.file))
	case "blocked":
		hubBlock.limit = r.n
	case "busy":
		hubBusy.limit = r.n
	case "children":
		hubFamily.children = r.n != 0
	case "control":
		hubPrefork.socket = int(r.n)
	case "deadlock":
		hubPatrol.period = r.n
	case "drain":
		hubPrefork.drain = r.n
	case "help":
		text := hubHelp(false)
		write(1, unsafe.Pointer(unsafe.StringData(text)), int32(len(text)))
		exit(0)
	case "made":
		hubMade = -1
		if r.n != 0 {
			hubMade = 1
		}
	case "off":
		hubSettings.off = true
	case "offload":
		hubPool.size = int32(r.n)
	case "parent":
		hubFamily.parent = int(r.n)
	case "pidfile":
		hubPrefork.pidFile = r.file
	case "races":
		hubSettings.races = r.n != 0
	case "record":
		path := hubPath(r.file)
		hubFamily.ownRecord = path != r.file
		hubRecord.file = &append([]byte(path), 0)[0]
	case "stats":
		hubSettings.stats = r.n != 0
	case "trace":
		path := hubPath(r.file)
		hubFamily.ownTrace = path != r.file
		hubTrace.file = &append([]byte(path), 0)[0]
	case "worker":
		hubPrefork.number = int(r.n)
	case "workers":
		hubSetWorkers(r.n)
	default:
		throw("greenify: a setting of the table that the hub does not know")
	}
	return true
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
