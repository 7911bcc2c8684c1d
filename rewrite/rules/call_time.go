package rules

var callTime = []Call{
	{Pkg: "time", Name: "Sleep", Act: Yield, With: "Sleep", Why: "sleeps"},
	{Pkg: "time", Name: "AfterFunc", Act: Enter, Arg: 1, Why: "the timer's goroutine calls it"},
	{Pkg: "context", Name: "AfterFunc", Act: Enter, Arg: 1, Why: "a goroutine of the context calls it"},
}
