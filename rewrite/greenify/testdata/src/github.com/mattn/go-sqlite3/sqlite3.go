// Package sqlite3 stands for the driver.
package sqlite3
