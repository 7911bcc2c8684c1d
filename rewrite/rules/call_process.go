package rules

var callProcess = join(
	offload("os", "*Process", "waits for the process", "Wait"),
	offload("os", "", "waits for other processes to start", "StartProcess"),
	offload("syscall", "", "waits for other processes to start", "ForkExec", "StartProcess"),
	offload("os/exec", "*Cmd", "waits for the process", "Run", "Wait", "Output", "CombinedOutput"),
	offload("os/exec", "*Cmd", "waits for other processes to start", "Start"),
	offload("go/build", "", "waits for go list", "Import", "ImportDir"),
	offload("go/build", "*Context", "waits for go list", "Import", "ImportDir"),
	offload("go/importer", "", "waits for go list", "Default", "For", "ForCompiler"),
	enter("os/exec", "Cmd", "goroutines of the command call it", 0, "Stdin", "Stdout", "Stderr", "Cancel"),
)
