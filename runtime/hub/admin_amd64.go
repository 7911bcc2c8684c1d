//go:build greenify_hub

package runtime

// System calls of linux/amd64 that package runtime does not make itself.
const (
	sysSocket       = 41
	sysConnect      = 42
	sysAccept4      = 288
	sysSendto       = 44
	sysBind         = 49
	sysListen       = 50
	sysGetsockopt   = 55
	sysFchmod       = 91
	sysGeteuid      = 107
	sysNewfstatat   = 262
	sysUnlinkat     = 263
	sysPpoll        = 271
	sysFlock        = 73
	sysFallocate    = 285
	sysOpenat       = 257
	sysFtruncate    = 77
	sysGetppid      = 110
	sysClockGettime = 228
	sysWaitid       = 247
	sysRenameat     = 264
	sysReadlinkat   = 267

	statMode = 24 // offset of st_mode
	sysDup3  = 292
)
