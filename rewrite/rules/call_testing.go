package rules

// callTesting: package testing runs each test, subtest and benchmark in a goroutine
// of its own, which enters the hub, while the one that started it waits. The
// methods that tests and benchmarks share are declared by its type common.
var callTesting = join(
	[]Call{
		{Pkg: "testing", Recv: "*T", Name: "Run", Act: Offload, Calls: true, Why: "waits for the subtest"},
		{Pkg: "testing", Recv: "*B", Name: "Run", Act: Offload, Calls: true, Why: "waits for the benchmark"},
		{Pkg: "testing", Recv: "*B", Name: "RunParallel", Act: Offload, Calls: true, Why: "waits for the goroutines it starts"},
		{Pkg: "testing", Recv: "*F", Name: "Fuzz", Act: Offload, Calls: true, Why: "waits for the fuzzing"},
		{Pkg: "testing", Name: "Benchmark", Act: Offload, Calls: true, Why: "waits for the benchmark"},
		{Pkg: "testing", Recv: "*common", Name: "Cleanup", Act: Enter, Arg: 0, Why: "package testing calls it when the test has ended"},
		{Pkg: "testing", Recv: "TB", Name: "Cleanup", Act: Enter, Arg: 0, Why: "package testing calls it when the test has ended"},
		{Pkg: "testing/synctest", Name: "Test", Act: Report, Why: "a bubble cannot use the hub's channels: run this test with GREENIFY=off"},
	},
	[]Call{
		{Pkg: "testing/synctest", Name: "Wait", Act: Report, Why: "a bubble cannot use the hub's channels: run this test with GREENIFY=off"},
		{Pkg: "testing", Name: "Main", Act: Report, Why: "it runs the tests beside the hub: use testing.T.Run"},
		{Pkg: "testing", Name: "RunTests", Act: Report, Why: "it runs the tests beside the hub: use testing.T.Run"},
		{Pkg: "testing", Name: "RunBenchmarks", Act: Report, Why: "it runs the benchmarks beside the hub: use testing.B.Run"},
		{Pkg: "testing", Name: "RunExamples", Act: Report, Why: "it runs the examples beside the hub"},
	},
	offload("testing", "*T", "waits for the other tests", "Parallel"),
	offload("testing", "*M", "waits for the tests", "Run"),
)
