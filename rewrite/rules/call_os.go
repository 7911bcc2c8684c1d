package rules

// callOS: pipes, terminals and slow disks.
var callOS = join(
	offload("os", "File", "waits for the pipe, terminal or disk", "Read", "Write", "WriteString"),
	offload("os", "", "waits for the other end of a pipe, or the disk", "Open", "OpenFile", "ReadFile", "WriteFile"),
	via("io", "", "ReadAll", "Copy", "CopyN", "CopyBuffer", "ReadFull", "ReadAtLeast"),
	via("io", "Reader", "Read"),
)

// via returns rules for calls that wait in the readers and writers they are
// given.
func via(pkg, recv string, names ...string) []Call {
	list := offload(pkg, recv, "waits for its reader or writer", names...)
	for i := range list {
		list[i].Via = true
	}
	return list
}
