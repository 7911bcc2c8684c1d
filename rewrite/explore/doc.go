// Package explore is the part of a search for schedules that lies outside of the program:
// which seeds are whose when several machines search, what a line of a file of results
// says, and how the files of all become one answer.
//
// A search needs no broker, because a seed is a name: greenify test -sim runs the same
// schedule for it on every machine. So a machine only has to know that it is the second of
// three, which it is told by a flag or by what has started it (Bazel, an Indexed Job of
// Kubernetes, the matrix of a CI). It takes the seeds that are its own (Shard.Has), and
// writes a line for each schedule to a file (Result). Merge makes one Summary of the
// files, in which a failure is there once, however many schedules have found it: by its
// signature, which is the kind of the failure and the places in the source that have to
// do with it.
//
// A schedule that has failed is in a file (Schedule), of which Shrink keeps what the failure
// needs, and WriteTable makes a table that a person can follow.
//
// What the program itself has to know of the first, how a shard is said and the form of a line,
// is in shared.go, and the names of strategies in strategy.go: both are compiled into a simulated
// program, too. What only the program has, which seeds a shard has and which strategy a seed
// has, is in runtime/hub, and tested here (TestProgram).
package explore
