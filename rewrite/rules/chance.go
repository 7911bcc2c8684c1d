package rules

// chance has chance and time come from one place each, in the hub (runtime/hub/choose.go,
// clock.go). Both answer what plain Go would: the compiled code is the same.
var chance = []Leaf{
	{File: "runtime/select.go", Edit: edit("selectgo", replace, "cheaprandn(uint32(norder + 1))", "hubChoose(hubChoiceCase, uint32(norder+1), cheaprandn(uint32(norder+1)))", 1), Why: "the order in which select looks at its cases"},
	{File: sema, Edit: edit("semaRoot.queue", replace, "cheaprand()", "hubChoose(hubChoiceTicket, 0, cheaprand())", 1), Why: "the tree of those who wait for semaphores"},
	{File: "runtime/time.go", Edit: edit("timer.maybeAdd", replace, "cheaprand()", "hubChoose(hubChoiceTie, 0, cheaprand())", 1), Why: "timers of synctest that are due at the same time"},
	{File: "runtime/rand.go", Edit: edit("rand", replace, "return x", "return hubChoose(hubChoiceWord, 0, x)", 1), Why: "math/rand, maps, maphash, names of temporary files"},
	{File: "runtime/time.go", Edit: edit("time_runtimeNow", replace, "time_now()", "hubTime()", 1), Why: "time.Now"},
	{File: "runtime/time.go", Edit: edit("time_runtimeNano", replace, "nanotime()", "hubReading()", 1), Why: "time.Since and time.Until"},
}
