package rules

// callOS: pipes, terminals and slow disks.
var callOS = join(
	offload("os", "File", "waits for the pipe, terminal or disk", "Read", "Write", "WriteString"),
	offload("os", "", "waits for the other end of a pipe, or the disk", "Open", "OpenFile", "ReadFile", "WriteFile"),
	via("io", "", "ReadAll", "Copy", "CopyN", "CopyBuffer", "ReadFull", "ReadAtLeast"),
	via("io", "Reader", "Read"),
	wraps("bufio", "Scanner", "Scan"),
	wraps("bufio", "Reader", "Peek", "Read", "ReadByte", "ReadBytes", "ReadLine", "ReadRune", "ReadSlice", "ReadString", "WriteTo"),
	wraps("encoding/json", "Decoder", "Decode", "Token"),
)

// wraps returns rules for methods that wait in a reader that the value was made
// from: nobody knows here whether that is patched code.
func wraps(pkg, recv string, names ...string) []Call {
	var list []Call
	for _, n := range names {
		list = append(list, Call{Pkg: pkg, Recv: recv, Name: n, Act: Left, Why: "it waits in the reader it was made from: wrap it in green.Offload if that is a connection or a pipe"})
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
