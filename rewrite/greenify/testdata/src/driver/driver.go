package driver

import _ "github.com/mattn/go-sqlite3" // want `github.com/mattn/go-sqlite3 holds the hub while it waits in C: use the pure Go driver`
