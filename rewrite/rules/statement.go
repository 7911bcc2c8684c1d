package rules

import "strings"

// A Statement is what the language waits in, or starts a thread by, without naming a
// symbol.
type Statement struct {
	Name  string   `json:"name"`
	Names []string `json:"-"`                  // what people call it besides, in lower case
	Group string   `json:"group,omitempty"`    // module group, as in -patch; "" if nothing is patched
	Whole string   `json:"wholeProgram"`       // what a whole-program build makes of it
	By    string   `json:"by,omitempty"`       // symbol of the leaf rule that does it; "" if none does
	Act   Act      `json:"-"`                  // in source
	Into  string   `json:"inSource,omitempty"` // what it becomes in source; "" if it stays
	Why   string   `json:"why"`                // what it does, or why it stays
}

// statements are in the order of the finder (rewrite/find).
var statements = []Statement{
	{"go statement", []string{"go", "goroutine"}, "thread", "starts a green thread", "runtime.newproc", Yield, "green.Go", "starts a thread"},
	{"send", []string{"chan send", "channel send", "c <- v", "c<-v", "ch <- v", "ch<-v"}, "builtins", "green by leaf rule", "runtime.park_m", Yield, "green.Send", "waits for a receiver, or for room"},
	{"receive", []string{"chan receive", "chan recv", "channel receive", "recv", "<-", "<-c", "<-ch"}, "builtins", "green by leaf rule", "runtime.park_m", Yield, "green.Recv", "waits for a sender"},
	{"range over a channel", []string{"range", "for range", "chan range", "range chan"}, "builtins", "green by leaf rule", "runtime.park_m", Yield, "green.Range", "waits for a sender"},
	{"select", []string{"select statement", "select {}"}, "select", "green by leaf rule", "runtime.park_m", Yield, "green.Select", "waits for one of its channels; with a default it polls"},
	{"close", []string{"chan close", "channel close"}, "", "wakes who waits for the channel, and does not wait", "runtime.ready", Report, "", "it does not wait"},
	{"make", []string{"make chan", "make(chan)", "chan make"}, "", "an ordinary channel of Go", "", Report, "", "channels stay channels"},
	{"call of C", []string{"cgo", "c", "import \"c\""}, "thread", "keeps the hub for at most about 10 ms, then it is taken from it", "runtime.sysmon", Offload, "green.Offload", "holds the hub until C returns; a statement is wrapped, one whose result is used is a finding"},
	{"defer", []string{"defer statement"}, "", "no wait: the call that it defers is treated as any other", "", Report, "", "it does not wait; the call that it defers has the rule of what it calls"},
}

// Statements returns what a name means in the language: "chan" is all that is done
// with channels.
func Statements(name string) []Statement {
	name = strings.Join(strings.Fields(strings.ToLower(name)), " ")
	var list []Statement
	for _, s := range statements {
		channel := name == "chan" || name == "channel"
		if name == strings.ToLower(s.Name) || channel && (s.Group == "builtins" || s.Group == "select" || s.Name == "close") {
			list = append(list, s)
			continue
		}
		for _, n := range s.Names {
			if n == name {
				list = append(list, s)
			}
		}
	}
	return list
}
