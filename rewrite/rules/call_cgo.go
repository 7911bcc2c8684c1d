package rules

// CgoDrivers are packages that wait in C, and the pure Go package to use instead
// if there is one. In a whole-program build their calls leave the hub one by one;
// in source a call into them holds the baton until C returns.
var CgoDrivers = map[string]string{
	"github.com/mattn/go-sqlite3":                         "modernc.org/sqlite",
	"github.com/godror/godror":                            "github.com/sijms/go-ora/v2",
	"github.com/confluentinc/confluent-kafka-go/v2/kafka": "github.com/twmb/franz-go",
	"github.com/ibmdb/go_ibm_db":                          "",
	"github.com/alexbrainman/odbc":                        "",
}

// CgoWaits are the C functions of a driver that may wait. The others of the
// package, such as sqlite3_column_type, are short and called often. Of a driver
// that is not here every call may wait. Unlike other offloaded work these calls
// have no bound: they wait for one another in C, for the locks of a database.
var CgoWaits = map[string][]string{
	"github.com/mattn/go-sqlite3": {
		"_sqlite3_bind_step_columns", "_sqlite3_exec_no_args", "_sqlite3_open_v2", "_sqlite3_prepare_v2_internal",
		"_sqlite3_reset_clear", "_sqlite3_step_columns", "_sqlite3_step_row_internal", "_sqlite3_step_values",
		"sqlite3_backup_finish", "sqlite3_backup_init", "sqlite3_backup_step", "sqlite3_close_v2", "sqlite3_deserialize",
		"sqlite3_exec", "sqlite3_finalize", "sqlite3_load_extension", "sqlite3_reset", "sqlite3_serialize",
	},
}
