package rules

const sql = "database/sql"

var callDB = join(
	offload(sql, "*DB", "waits for the database", "Begin", "BeginTx", "Close", "Conn", "Exec", "ExecContext", "Ping", "PingContext", "Prepare", "PrepareContext", "Query", "QueryContext", "QueryRow", "QueryRowContext"),
	offload(sql, "*DB", "waits for connections to close", "SetMaxIdleConns", "SetMaxOpenConns"),
	[]Call{{Pkg: sql, Recv: "*Conn", Name: "Raw", Act: Offload, Calls: true, Why: "waits for the connection"}},
	offload(sql, "*Conn", "waits for the database", "BeginTx", "Close", "ExecContext", "PingContext", "PrepareContext", "QueryContext", "QueryRowContext"),
	offload(sql, "*Tx", "waits for the database", "Commit", "Rollback", "Exec", "ExecContext", "Prepare", "PrepareContext", "Query", "QueryContext", "QueryRow", "QueryRowContext", "Stmt", "StmtContext"),
	offload(sql, "*Stmt", "waits for the database", "Close", "Exec", "ExecContext", "Query", "QueryContext", "QueryRow", "QueryRowContext"),
	offload(sql, "*Rows", "waits for the database", "Next", "NextResultSet", "Close"),
	offload(sql, "*Row", "waits for the database", "Scan"),
)
