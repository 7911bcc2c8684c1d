package explore

// The names of strategies and points, inside and outside of the program. In a build with -sim
// this file is compiled into packages runtime and testing, too (hub.Files): hence it imports
// nothing, and its names are the hub's. Which of them a seed has, the program alone knows
// (runtime/hub/sim_portfolio.go).

// hubStrategy is how threads are chosen (runtime/hub/sim_strategy.go).
type hubStrategy uint8

const (
	hubStrategyFIFO   hubStrategy = iota // first in, first out; only who never waits is interrupted
	hubStrategyRandom                    // any thread; at a point another one, of four times once
	hubStrategyRPB                       // random order, each thread runs until it waits, but for two interruptions
	hubStrategyPCT                       // priorities, of which three are lowered (Burckhardt et al., ASPLOS 2010)
	hubStrategyPOS                       // each operation has a priority, and a new one when it raced (Yuan et al., CAV 2018)
	hubStrategyDelay                     // as fifo, but for two delays (Emmi et al., POPL 2011)
	hubStrategySURW                      // each order of some operations is as likely (Zhao et al., ASPLOS 2025)
	hubStrategyReplay                    // what a log says (runtime/hub/sim_log.go)
)

// hubStrategyNames are their names; the last one cannot be asked for.
var hubStrategyNames = [...]string{"fifo", "random", "rpb", "pct", "pos", "delay", "surw", "replay"}

// hubPoints says where another thread may run though the one that is there need not wait;
// each has the points of those before it.
type hubPoints uint8

const (
	hubPointsTurns   hubPoints = iota // by the seed: sync or atomics
	hubPointsSync                     // at channels, and what package sync and a go statement do
	hubPointsAtomics                  // at the operations of sync/atomic
	hubPointsMemory                   // at accesses to memory, of programs built with -race
)

var hubPointsNames = [...]string{"turns", "sync", "atomics", "memory"}
