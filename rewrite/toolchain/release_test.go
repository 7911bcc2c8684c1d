package toolchain

import (
	"strings"
	"testing"
)

func TestCheckRelease(t *testing.T) {
	for _, v := range []string{"go1.26", "go1.26.0", "go1.26.8", "go1.27.3", "go1.27rc1", "go1.27.3-corp"} {
		if err := CheckRelease(v); err != nil {
			t.Error(err)
		}
	}
	for _, v := range []string{"go1.25.3", "go1.28.0", "go1.28rc1", "devel go1.27-a1b2c3d Tue Jun 2 10:00:00 2026 +0000", "go1.27-devel_a1b2c3d", "gccgo", ""} {
		if err := CheckRelease(v); err == nil || !strings.Contains(err.Error(), "go1.26 and go1.27") || !strings.Contains(err.Error(), "set GOTOOLCHAIN=go1.27.0") {
			t.Errorf("%q: error %v", v, err)
		}
	}
}
