package explore

import _ "embed"

// Source is shared.go, for package testing.
//
//go:embed shared.go
var Source []byte

// StrategySource is strategy.go, for packages runtime and testing.
//
//go:embed strategy.go
var StrategySource []byte

// Strategies are the names of the strategies that can be asked for, by the numbers that the
// program is told.
var Strategies = hubStrategyNames[:hubStrategyReplay]

// Points are the names of what can be asked for as points, by the numbers that the program is
// told. A schedule has one of those from PointsSync on.
var Points = hubPointsNames[:]

// The numbers of Points that the command knows.
const (
	PointsSync   = int(hubPointsSync)
	PointsMemory = int(hubPointsMemory)
)

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

// A Variation is a schedule that goes another way at some steps.
type Variation = hubVariation

// ParseVariation reads a variation, or a seed, as -seed has it.
func ParseVariation(text string) (Variation, error) { return hubParseVariation(text) }
