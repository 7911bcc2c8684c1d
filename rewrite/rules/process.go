package rules

// process makes waiting for a child yield.
var process = []Leaf{}
