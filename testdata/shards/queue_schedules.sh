#!/bin/sh
# Runs the schedules of one shard of a Bazel test. The results are among its outputs:
# greenify sim merge bazel-testlogs/queue_schedules/shard_*/test.outputs/results.jsonl
[ -z "$TEST_UNDECLARED_OUTPUTS_DIR" ] || export GREENIFY_SIM_RESULTS="$TEST_UNDECLARED_OUTPUTS_DIR/results.jsonl"
exec "$@"
