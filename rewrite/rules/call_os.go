package rules

// callOS: pipes, terminals and slow disks, and system calls that may wait.
var callOS = join(
	syscalls("syscall"),
	syscalls("golang.org/x/sys/unix", "Poll", "Ppoll"),
	offload("os", "File", "waits for the pipe, terminal or disk", "Read", "Write", "WriteString"),
	offload("os", "", "waits for the other end of a pipe, or the disk", "Open", "OpenFile", "ReadFile", "WriteFile"),
	offload("os", "", "waits for the disk", "Stat", "Lstat"),
	via("io", "", "ReadAll", "Copy", "CopyN", "CopyBuffer", "ReadFull", "ReadAtLeast"),
	via("io", "Reader", "Read"),
	stream("io", "LimitReader", "TeeReader", "MultiReader", "MultiWriter", "NewSectionReader", "WriteString"),
	stream("bufio", "NewReader", "NewReaderSize", "NewScanner", "NewWriter", "NewWriterSize"),
	stream("fmt", "Fprint", "Fprintf", "Fprintln", "Fscan", "Fscanf", "Fscanln"),
	stream("encoding/json", "NewDecoder", "NewEncoder"),
	stream("encoding/xml", "NewDecoder", "NewEncoder"),
	stream("encoding/csv", "NewReader", "NewWriter"),
	stream("compress/gzip", "NewReader", "NewWriter", "NewWriterLevel"),
	stream("compress/zlib", "NewReader", "NewWriter"),
	stream("compress/flate", "NewReader", "NewWriter"),
	stream("archive/tar", "NewReader", "NewWriter"),
)

// stream returns rules for functions that read from or write to what they are
// given, now or later. None of them, and no method of what they return, holds a
// lock meanwhile: a thread that waited for it would keep the baton.
func stream(pkg string, names ...string) []Call {
	var list []Call
	for _, n := range names {
		list = append(list, Call{Pkg: pkg, Name: n, Act: Stream, Why: "waits for its reader or writer"})
	}
	return list
}

// via returns rules for calls that wait in the readers and writers they are
// given.
func via(pkg, recv string, names ...string) []Call {
	list := offload(pkg, recv, "waits for its reader or writer", names...)
	for i := range list {
		list[i].Via = true
	}
	return list
}

func syscalls(pkg string, more ...string) []Call {
	return offload(pkg, "", "waits in the kernel", append(more, "Read", "Write", "Pread", "Pwrite", "Accept", "Accept4", "Connect",
		"Recvfrom", "Recvmsg", "Sendto", "Sendmsg", "Select", "EpollWait", "Nanosleep", "Wait4", "Flock", "FcntlFlock", "Fsync")...)
}
