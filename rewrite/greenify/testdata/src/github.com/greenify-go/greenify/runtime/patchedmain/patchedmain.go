// Package patchedmain is a stub.
package patchedmain
