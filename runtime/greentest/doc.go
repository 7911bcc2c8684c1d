// Package greentest helps to test programs that run on the hub.
package greentest
