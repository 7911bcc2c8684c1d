package toolchain

import (
	"fmt"
	"go/version"
	"slices"
	"strings"
)

// Supported are the language versions of the Go releases that the leaf rules are
// written for, the oldest first. CONTRIBUTING.md says how one is added.
var Supported = []string{"go1.26", "go1.27"}

// Releases names the supported releases in a sentence: "go1.26 and go1.27".
func Releases() string { return strings.Join(Supported, " and ") }

// CheckRelease returns an error unless a release, as GOVERSION names it, is supported.
// A development version is none: what it will be is not settled.
func CheckRelease(goversion string) error {
	if slices.Contains(Supported, version.Lang(goversion)) && !strings.Contains(goversion, "devel") {
		return nil
	}
	newest := Supported[len(Supported)-1]
	return fmt.Errorf("%s is not supported: greenify patches the %s releases: set GOTOOLCHAIN=%s.0, or a later release of %s", goversion, Releases(), newest, newest)
}

// CheckTarget returns an error unless programs for the system can be patched.
func CheckTarget(goos string) error {
	if goos == "linux" {
		return nil
	}
	return fmt.Errorf("GOOS=%s is not supported: greenify patches programs for linux: what the hub waits in, and what takes it from who computes, are epoll, futex and signals as linux has them: set GOOS=linux", goos)
}
