package rules

import "slices"

// LeavesDrivers reports whether the calls of C by CgoDrivers leave the hub in a
// whole-program build in which group db is patched.
func LeavesDrivers() bool {
	return slices.ContainsFunc(Leaves(), func(r Leaf) bool { return r.Group == "db" && r.Symbol() == "runtime.cgocall" })
}

// CgoDrivers are packages that wait in C, and what to use instead. A call into
// them holds the baton until C returns.
var CgoDrivers = map[string]string{
	"github.com/mattn/go-sqlite3":                         "use the pure Go driver modernc.org/sqlite, or wrap its calls in green.Offload",
	"github.com/godror/godror":                            "use the pure Go driver github.com/sijms/go-ora/v2, or wrap its calls in green.Offload",
	"github.com/confluentinc/confluent-kafka-go/v2/kafka": "use the pure Go client github.com/twmb/franz-go, or wrap its calls in green.Offload",
	"github.com/ibmdb/go_ibm_db":                          "wrap its calls in green.Offload",
	"github.com/alexbrainman/odbc":                        "wrap its calls in green.Offload",
}
