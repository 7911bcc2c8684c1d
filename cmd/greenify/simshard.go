package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/greenify-go/greenify/rewrite/explore"
)

// declareShards declares the flags of a search that several machines share.
func declareShards(fs *flag.FlagSet, o *simOptions) {
	parsed(fs, "shard", "`i/n`: "+`with -sim: of n machines this is the i-th, counted from 1, and runs
the seeds that fall to it. If it is not given, the environment says it:
TEST_SHARD_INDEX and TEST_TOTAL_SHARDS (Bazel), CI_NODE_INDEX and
CI_NODE_TOTAL (GitLab), JOB_COMPLETION_INDEX with -shards (Kubernetes)`, func(s string) (err error) {
		o.shard, err = explore.ParseShard(s)
		return err
	})
	parsed(fs, "shards", "`n`: "+`with -sim: of so many pods of a Kubernetes Job of completionMode
Indexed this is one`, func(s string) (err error) {
		if o.shards, err = strconv.ParseUint(s, 10, 64); err != nil || o.shards == 0 || o.shards > explore.ShardMost {
			return fmt.Errorf("-shards is %q: use a number from 1 to %d", s, explore.ShardMost)
		}
		return nil
	})
	fs.StringVar(&o.results, "results", "", "with -sim: append a line of JSON for each schedule to `file`, for\ngreenify sim merge")
}

// part is the shard that is searched. A seed that is named is run wherever that is.
func (o *simOptions) part(getenv func(string) string) (explore.Shard, error) {
	all := explore.Shard{I: 1, N: 1}
	switch {
	case o.shard.N != 0 && o.shards != 0:
		return all, errors.New("-shard and -shards exclude each other")
	case o.seeds == "-seed" && o.shard.N != 0:
		return all, errors.New("-seed and -shard exclude each other")
	case o.seeds == "-seed" && o.shards != 0:
		return all, errors.New("-seed and -shards exclude each other")
	case o.seeds == "-seed":
		return all, nil
	case o.shard.N != 0:
		return o.shard, nil
	}
	s, err := explore.ShardOf(getenv, o.shards)
	if s.N == 0 {
		s = all
	}
	return s, err
}

// resultsFile is the absolute path of the file of results, which is there from now on: a
// shard that no seed falls to has one like all others.
func (o *simOptions) resultsFile() (string, error) {
	if o.results == "" {
		return "", nil
	}
	path, err := filepath.Abs(o.results)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o666)
	if err == nil {
		err = errors.Join(endLine(f), f.Close())
	}
	if err != nil {
		return "", fmt.Errorf("cannot write the results: %w", err)
	}
	return path, nil
}

// endLine takes away a last line that is cut off, as a run leaves it that was killed or found the
// disk full: what is appended would make one line of two, and the file would be of no use. A line
// that another run is about to write is left alone.
func endLine(f *os.File) error {
	for {
		fi, err := f.Stat()
		if err != nil || !fi.Mode().IsRegular() {
			return err
		}
		data, err := io.ReadAll(io.NewSectionReader(f, 0, fi.Size()))
		if err != nil {
			return err
		}
		whole := bytes.LastIndexByte(data, '\n') + 1
		if whole == len(data) {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
		if now, err := f.Stat(); err != nil || now.Size() != fi.Size() {
			if err != nil {
				return err
			}
			continue
		}
		return f.Truncate(int64(whole))
	}
}

// forBazel reports whether the binary of a go test may write XML_OUTPUT_FILE: there must
// be one only.
func (l *goLine) forBazel() bool {
	packages := l.packages()
	return len(packages) <= 1 && !strings.Contains(strings.Join(packages, " "), "...")
}
