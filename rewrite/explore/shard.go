package explore

import _ "embed"

// Source is shared.go, for package testing.
//
//go:embed shared.go
var Source []byte

// A Shard is one of several parts of a search.
type Shard = hubShard

// ParseShard reads a shard as -shard has it: 2/3 is the second of three.
func ParseShard(text string) (Shard, error) { return hubParseShard(text) }

// ShardOf is the shard that the environment says, with N = 0 if it says none: Bazel's, a CI
// matrix's, or, if it is said how many shards there are, that of a pod of a Kubernetes Job.
// Bazel is told that shards are known.
func ShardOf(getenv func(string) string, shards uint64) (Shard, error) {
	return hubShardOf(getenv, shards)
}

// ShardMost is how many shards there may be.
const ShardMost = hubShardMost
