//go:build greenify_hub

package runtime

// System calls of linux/arm64 that package runtime does not make itself.
const (
	sysSocket       = 198
	sysConnect      = 203
	sysAccept4      = 242
	sysSendto       = 206
	sysBind         = 200
	sysListen       = 201
	sysGetsockopt   = 209
	sysFchmod       = 52
	sysGeteuid      = 175
	sysNewfstatat   = 79
	sysUnlinkat     = 35
	sysPpoll        = 73
	sysFlock        = 32
	sysFallocate    = 47
	sysOpenat       = 56
	sysFtruncate    = 46
	sysGetppid      = 173
	sysClockGettime = 113
	sysWaitid       = 95
	sysRenameat     = 38
	sysReadlinkat   = 78

	statMode = 16 // offset of st_mode
	sysDup3  = 24
)
