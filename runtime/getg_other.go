//go:build !greenify && !amd64 && !arm64

package green

var _ = code_patched_in_source_runs_on_amd64_and_arm64_only_use_greenify_build_here
