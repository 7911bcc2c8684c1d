package rules

// callOS: pipes, terminals and slow disks, and system calls that may wait.
var callOS = join(
	syscalls("syscall"),
	syscalls("golang.org/x/sys/unix", "Poll", "Ppoll"),
	rawCalls("syscall"),
	rawCalls("golang.org/x/sys/unix"),
	offload("os", "*File", "waits for the pipe, terminal or disk", "Read", "Write", "WriteString", "ReadFrom", "WriteTo"),
	offload("os", "", "waits for the other end of a pipe, or the disk", "Open", "OpenFile", "ReadFile", "WriteFile"),
	offload("os", "*Root", "waits for the other end of a pipe, or the disk", "ReadFile", "WriteFile"),
	offload("io/ioutil", "", "waits for the other end of a pipe, or the disk", "ReadFile", "WriteFile"),
	offload("os", "", "waits for the disk", "Stat", "Lstat"),
	offload("os/user", "", "waits for the directory service", "Current", "Lookup", "LookupGroup", "LookupGroupId", "LookupId"),
	offload("os/user", "*User", "waits for the directory service", "GroupIds"),
	offload("fmt", "", "waits for standard input", "Scan", "Scanf", "Scanln"),
	offload("io", "*PipeReader", "waits for the writer", "Read"),
	offload("io", "*PipeWriter", "waits for the reader", "Write"),
	offload("io", "Reader", "waits for what is behind it", "Read"),
	offload("io", "Writer", "waits for what is behind it", "Write"),
	offload("io", "StringWriter", "waits for what is behind it", "WriteString"),
	[]Call{
		{Pkg: "io", Recv: "WriterTo", Name: "WriteTo", Act: Report, Why: "it may wait for what it reads from: use io.Copy"},
		{Pkg: "io", Recv: "ReaderFrom", Name: "ReadFrom", Act: Report, Why: "it may wait for what it writes to: use io.Copy"},
		{Pkg: "syscall", Recv: "RawConn", Name: "Read", Act: Offload, Calls: true, Why: "waits for the descriptor"},
		{Pkg: "syscall", Recv: "RawConn", Name: "Write", Act: Offload, Calls: true, Why: "waits for the descriptor"},
		{Pkg: "syscall", Name: "AllThreadsSyscall", Act: Report, Why: "every OS thread makes the call in a stopped world: only a short one will do"},
		{Pkg: "syscall", Name: "AllThreadsSyscall6", Act: Report, Why: "every OS thread makes the call in a stopped world: only a short one will do"},
	},
	offload("plugin", "", "waits for whoever opens it too", "Open"),
	via("io", "", "ReadAll", "Copy", "CopyN", "CopyBuffer", "ReadFull", "ReadAtLeast"),
	via("io/ioutil", "", "ReadAll"),
	stream("io", "", "LimitReader", "TeeReader", "MultiReader", "MultiWriter", "WriteString", "NopCloser"),
	stream("io/ioutil", "", "NopCloser"),
	stream("bufio", "", "NewReader", "NewReaderSize", "NewScanner", "NewWriter", "NewWriterSize"),
	stream("bufio", "*Reader", "Reset", "WriteTo"),
	stream("bufio", "*Writer", "Reset", "ReadFrom"),
	stream("bytes", "*Buffer", "ReadFrom", "WriteTo"),
	stream("bytes", "*Reader", "WriteTo"),
	stream("strings", "*Reader", "WriteTo"),
	stream("strings", "*Replacer", "WriteString"),
	stream("fmt", "", "Fprint", "Fprintf", "Fprintln", "Fscan", "Fscanf", "Fscanln"),
	stream("text/template", "*Template", "Execute", "ExecuteTemplate"),
	stream("text/template", "", "HTMLEscape", "JSEscape"),
	stream("html/template", "*Template", "Execute", "ExecuteTemplate"),
	stream("html/template", "", "HTMLEscape", "JSEscape"),
	stream("text/tabwriter", "", "NewWriter"),
	stream("text/tabwriter", "*Writer", "Init"),
	stream("text/scanner", "*Scanner", "Init"),
	stream("encoding/json", "", "NewDecoder", "NewEncoder"),
	stream("encoding/json/v2", "", "MarshalWrite", "UnmarshalRead"),
	stream("encoding/json/jsontext", "", "NewDecoder", "NewEncoder"),
	stream("encoding/json/jsontext", "*Decoder", "Reset"),
	stream("encoding/json/jsontext", "*Encoder", "Reset"),
	stream("encoding/xml", "", "NewDecoder", "NewEncoder", "Escape", "EscapeText"),
	stream("encoding/csv", "", "NewReader", "NewWriter"),
	stream("encoding/gob", "", "NewDecoder", "NewEncoder"),
	stream("encoding/binary", "", "Read", "Write"),
	stream("encoding/hex", "", "NewDecoder", "NewEncoder", "Dumper"),
	stream("encoding/base64", "", "NewDecoder", "NewEncoder"),
	stream("encoding/base32", "", "NewDecoder", "NewEncoder"),
	stream("encoding/ascii85", "", "NewDecoder", "NewEncoder"),
	stream("encoding/pem", "", "Encode"),
	stream("compress/gzip", "", "NewReader", "NewWriter", "NewWriterLevel"),
	stream("compress/gzip", "*Reader", "Reset"),
	stream("compress/gzip", "*Writer", "Reset"),
	stream("compress/zlib", "", "NewReader", "NewReaderDict", "NewWriter", "NewWriterLevel", "NewWriterLevelDict"),
	stream("compress/zlib", "*Writer", "Reset"),
	stream("compress/flate", "", "NewReader", "NewReaderDict", "NewWriter", "NewWriterDict"),
	stream("compress/flate", "*Writer", "Reset"),
	stream("compress/bzip2", "", "NewReader"),
	stream("compress/lzw", "", "NewReader", "NewWriter"),
	stream("compress/lzw", "*Reader", "Reset"),
	stream("compress/lzw", "*Writer", "Reset"),
	stream("archive/tar", "", "NewReader", "NewWriter"),
	stream("archive/zip", "", "NewWriter"),
	stream("mime/multipart", "", "NewReader", "NewWriter"),
	stream("mime/quotedprintable", "", "NewReader", "NewWriter"),
	stream("image", "", "Decode", "DecodeConfig"),
	stream("image/gif", "", "Decode", "DecodeAll", "DecodeConfig", "Encode", "EncodeAll"),
	stream("image/jpeg", "", "Decode", "DecodeConfig", "Encode"),
	stream("image/png", "", "Decode", "DecodeConfig", "Encode"),
	stream("image/png", "*Encoder", "Encode"),
	stream("index/suffixarray", "*Index", "Read", "Write"),
	stream("go/ast", "", "Fprint"),
	stream("go/doc", "", "ToHTML", "ToText"),
	stream("go/format", "", "Node"),
	stream("go/printer", "", "Fprint"),
	stream("go/printer", "*Config", "Fprint"),
	stream("go/scanner", "", "PrintError"),
	stream("go/types", "*Scope", "WriteTo"),
	stream("testing/iotest", "", "DataErrReader", "HalfReader", "NewReadLogger", "NewWriteLogger", "OneByteReader", "TestReader", "TimeoutReader", "TruncateWriter"),
	stream("runtime/pprof", "", "WriteHeapProfile"),
	stream("runtime/pprof", "*Profile", "WriteTo"),
	stream("runtime/coverage", "", "WriteCounters", "WriteMeta"),
	stream("runtime/trace", "*FlightRecorder", "WriteTo"),
	locking("log", "", "New", "SetOutput"),
	locking("log", "*Logger", "SetOutput"),
	locking("log/slog", "", "NewTextHandler", "NewJSONHandler"),
)

// stream returns rules for functions that read from or write to what they are
// given, now or later. None of them, and no method of what they return, holds a
// lock meanwhile that others are likely to want: a thread that waited for it would
// keep the baton.
func stream(pkg, recv string, names ...string) []Call {
	var list []Call
	for _, n := range names {
		list = append(list, Call{Pkg: pkg, Recv: recv, Name: n, Act: Stream, Why: "waits for its reader or writer"})
	}
	return list
}

// locking returns rules for functions that make what is shared by threads and
// holds a lock while it writes.
func locking(pkg, recv string, names ...string) []Call {
	list := stream(pkg, recv, names...)
	for i := range list {
		list[i].Locks = true
		list[i].Why = "a thread that logs waits with the hub for one that waits for the writer: write to os.Stderr, or to a bytes.Buffer or channel that another thread empties"
	}
	return list
}

// via returns rules for calls that wait in the readers and writers they are
// given.
func via(pkg, recv string, names ...string) []Call {
	list := offload(pkg, recv, "waits for its reader or writer", names...)
	for i := range list {
		list[i].IfOperandsWait = true
	}
	return list
}

func syscalls(pkg string, more ...string) []Call {
	return offload(pkg, "", "waits in the kernel", append(more, "Read", "Write", "Pread", "Pwrite", "Accept", "Accept4", "Connect",
		"Recvfrom", "Recvmsg", "Sendto", "Sendmsg", "SendmsgN", "Sendfile", "Splice", "Tee", "Select", "EpollWait", "Nanosleep", "Pause",
		"Open", "Openat", "Wait4", "Flock", "FcntlFlock", "Fsync", "Fdatasync", "SyncFileRange", "Sync")...)
}

// rawCalls returns rules for the functions that make any system call. A pointer
// that is converted to uintptr in their arguments is kept alive for them alone
// (unsafe.Pointer, rule 4), so no other function can take the arguments.
func rawCalls(pkg string) []Call {
	var list []Call
	for _, c := range []struct{ name, why string }{
		{"Syscall", "it may wait in the kernel: wrap it in green.Offload"},
		{"Syscall6", "it may wait in the kernel: wrap it in green.Offload"},
		{"RawSyscall", "package runtime is not told of the call: if it may wait, use Syscall in green.Offload"},
		{"RawSyscall6", "package runtime is not told of the call: if it may wait, use Syscall6 in green.Offload"},
	} {
		list = append(list, Call{Pkg: pkg, Name: c.name, Act: Report, Why: c.why})
	}
	return list
}
