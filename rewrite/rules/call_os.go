package rules

// callOS: pipes, terminals and slow disks.
var callOS = offload("os", "File", "waits for the pipe, terminal or disk", "Read", "Write", "WriteString")
