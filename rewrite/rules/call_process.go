package rules

var callProcess = join(
	offload("os", "Process", "waits for the process", "Wait"),
	offload("os/exec", "Cmd", "waits for the process", "Run", "Wait", "Output", "CombinedOutput"),
)
