package toolchain

import (
	"fmt"
	"go/version"
	"os/exec"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// Supported are the language versions of the Go releases that are patched, the oldest first.
var Supported = rules.Releases

// Releases names the supported releases in a sentence: "go1.26 and go1.27".
func Releases() string { return strings.Join(Supported, " and ") }

// CheckRelease returns an error unless a release, as GOVERSION names it, is supported.
// A development version is not, because what it will be is not settled.
func CheckRelease(goversion string) error {
	if slices.Contains(Supported, version.Lang(goversion)) && !strings.Contains(goversion, "devel") {
		return nil
	}
	newest := Supported[len(Supported)-1]
	return fmt.Errorf("%s is not supported: greenify patches the %s releases: set GOTOOLCHAIN=%s.0, or a later release of %s", goversion, Releases(), newest, newest)
}

// AtHand returns the release that the go command uses in dir, such as go1.27.3: "" if
// that cannot be told.
func AtHand(dir string) string {
	cmd := exec.Command("go", "env", "GOVERSION")
	cmd.Dir = dir
	out, _ := cmd.Output()
	return strings.TrimSpace(string(out))
}

// CheckTarget returns an error unless programs for the system can be patched.
func CheckTarget(goos string) error {
	if goos == "linux" {
		return nil
	}
	return fmt.Errorf("GOOS=%s is not supported: greenify patches programs for linux: what the hub waits in, and what takes it from who computes, are epoll, futex and signals as linux has them: set GOOS=linux", goos)
}
