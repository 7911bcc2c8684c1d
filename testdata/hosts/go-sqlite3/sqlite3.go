// Package sqlite3 stands for the driver of this path: the analyzer knows it by
// the import.
package sqlite3
