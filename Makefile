# Everything a fresh machine with Go 1.26 or later needs is here; see README.md.

.PHONY: units hub patched kinds shards sim sim-modules sim-corpus sim-speed simnet-std release whole kills killed matrix mutants demo test lint readme race hosts browser arm64 debug cover fuzz fuzz-programs fuzz-long bench builds bench-peers growth gosec check-speed std std-all corpus sources complete services services-stop db ticker std-catalog workers churn faults soak

# The project's own tools, which ./... leaves out, as it does all of testdata.
TOOLS = $(addprefix ./testdata/,bench/... catalog/... corpus demo/show fuzz/gen matrix sim std/... ticker/show)
# What lint looks at as well: their tests build programs for a minute (fuzz-programs, churn).
LINTED = $(TOOLS) ./testdata/fuzz/... ./testdata/workers/... ./testdata/faults/...

# Compilers and linters live for seconds: with fewer collections they have a fifth less to do. What
# is tested has as many as ever.
COMPILE = GOGC=400

# One for each release, so that targets may run side by side.
GREENIFY = .cache/greenify$(GO)

# GO=1.26 or GO=1.27 makes a target with that release, for instance make std GO=1.27;
# without it, it is the one at hand. The go command downloads what is not there.
GO_1.26 = go1.26.8
GO_1.27 = go1.27.3
ifdef GO
export GOTOOLCHAIN := $(or $(GO_$(GO)),$(filter go1.%,$(GO)),$(error GO=$(GO) is no release: use 1.26, 1.27, or the name of one as in GOTOOLCHAIN))
endif

# kills ends greenify rewrite -w, and what replaces its files, at 200 random moments.
kills:
	GREENIFY_KILLS=200 go test ./rewrite/insource -run 'TestKill$$|TestKillRewrite' -count=1 -v -timeout 30m

# killed kills 10,000 threads at random moments inside the standard library.
killed: $(GREENIFY)
	cd testdata/behaviours && $(CURDIR)/$(GREENIFY) run ./25-kill-in-std 10000

# mutants breaks each of the 24 behaviours of testdata/behaviours on purpose, in a
# copy of the repository, and demands that its test fails: half an hour.
mutants:
	GREENIFY_MUTANTS=1 go test ./cmd/greenify -run 'TestMutants' -count=1 -v -timeout 2h

# demo patches and runs a real, unmodified program and shows the difference.
demo:
	go run ./testdata/demo/show

# test runs the tests of this repository, two parts side by side. What needs a standard library
# of its own is in kinds, what go vet says in lint, and it has a part, the same each time, of two
# large matrices (matrix) and of what schedules are tried with (sim).
test: patched
	@$(MAKE) --no-print-directory -j2 units hub

# patched compiles what both parts would else compile at the same time: greenify, and the
# patched standard library.
patched: $(GREENIFY)
	cd testdata/programs && $(CURDIR)/$(GREENIFY) build std

# units runs units and tools, the txtar scripts with the real binary, and the programs of
# testdata/programs plain and patched. Many wait: three at a time leave no processor idle.
units:
	go test -vet=off -parallel 3 -timeout 60m ./... $(TOOLS)

# hub runs the tests of package green beside the hub.
hub: $(GREENIFY)
	$(GREENIFY) test ./runtime/...

# kinds runs what each compiles a standard library that nothing else needs: for other groups,
# scopes or flags, with -trimpath, for another release or architecture, as shared code, in
# another cache. The scripts say which they are.
kinds:
	GREENIFY_KINDS=1 go test -vet=off ./cmd/greenify -timeout 30m -run "TestBehaviours/22-patch$$|TestScript/^($$(grep -l env:GREENIFY_KINDS testdata/script/*.txtar | sed 's,.*/,,; s,.txtar,,' | paste -sd'|'))$$"

# shards checks the examples of searches by many machines, and of workers, with what knows their
# formats.
shards:
	cd testdata/shards && $(COMPILE) go vet ./... && go test -vet=off ./...

# matrix runs all cases of which test has a part, the same each time: the programs patched
# in source, and a module of files for every platform.
matrix:
	GREENIFY_MATRIX=1 go test -vet=off ./cmd/greenify -run 'TestProgramsInSource$$' -timeout 30m
	GREENIFY_MATRIX=1 go test -vet=off ./rewrite/insource -run 'Everywhere$$' -timeout 30m

# whole runs the tests of whole-program builds: the programs, the behaviours, package green beside
# the hub, and the scripts whose answer depends on the release.
whole: hub
	GREENIFY_KINDS=1 GREENIFY_SIMS=1 go test ./cmd/greenify -run 'TestPrograms$$|TestBehaviours$$|TestScript/(releases|killgzip|arm64|sim|simpointers|simpoints)$$' -timeout 30m

lint:
	@bad=$$(git ls-files '*.go' ':!*/testdata/src/*' | xargs gofmt -l); test -z "$$bad" || { echo "lint: run gofmt -w on" $$bad; exit 1; }
	$(COMPILE) go vet ./... $(LINTED)
	$(COMPILE) go vet -tags=greenify ./runtime/...
	$(COMPILE) go tool -modfile=.ci/tools.mod staticcheck ./... $(LINTED)
	@export $(COMPILE); dead=$$(go tool -modfile=.ci/tools.mod deadcode -test ./cmd/greenify && go tool -modfile=.ci/tools.mod deadcode ./cmd/greenify) && test -z "$$dead" || { echo "$$dead"; echo "lint: cmd/greenify calls none of these"; exit 1; }

# gosec looks for what may be unsafe; SECURITY.md says why some of its rules are left out.
gosec:
	go run github.com/securego/gosec/v2/cmd/gosec@v2.30.0 -quiet -exclude-dir=testdata -exclude=G103,G104,G115,G122,G204,G301,G302,G304,G306,G404 ./cmd/... ./rewrite/... ./runtime/...

# readme writes what is made from the rules: the ground truth of coverage, the tables of
# greenify help coverage, and the golden diffs of each release.
readme:
	go test ./rewrite/rules -run TestCoverage -update
	go test ./cmd/greenify -run TestReadme -update
	for go in $(GO_1.26) $(GO_1.27); do GOTOOLCHAIN=$$go go test ./rewrite/toolchain -run 'TestDiff$$' -update || exit; done

# std-catalog computes what may block in the standard library of the Go release
# at hand and prints where that differs from the ground truth.
std-catalog:
	go run ./testdata/catalog

# release says what is new in a release, for instance make release GO=go1.28rc1: rules that
# do not fit, roads that no list has, patched lines that are others now, locks that are
# locked again, readers and writers without a rule, functions that may block and that a kill
# may pass by. Beside the newest
# release there is if the repository has none of that one; "go doc ./rewrite/rules".
release:
	@code=0; go version; \
	go test ./rewrite/toolchain -run 'TestFit|TestRoads|TestDiff' -count=1 || code=1; \
	go test ./rewrite/rules -run 'TestRelock|TestStreamsHaveRules|TestCallsExist' -count=1 || code=1; \
	go run ./testdata/catalog || code=1; \
	exit $$code

# race runs under the race detector what has more than one goroutine: searches side by side, the
# loading and writing of packages, the look at the private toolchain's files, and package green;
# then patched programs that are built with it.
race: $(GREENIFY)
	@$(COMPILE) go list -race -export -test -deps -f '{{""}}' ./rewrite/find ./rewrite/insource ./rewrite/toolchain ./runtime >/dev/null
	go test -vet=off -timeout 30m -race ./rewrite/find -run 'TestConcurrent$$'
	go test -vet=off -timeout 30m -race ./rewrite/insource -run 'TestCommands$$|TestGenerate$$|TestHoldSignals$$|TestTogether$$'
	go test -vet=off -timeout 30m -race ./rewrite/toolchain -run 'TestTogether$$|TestLines$$'
	go test -vet=off -timeout 30m -race ./runtime
	GREENIFY_RACE=1 go test -vet=off -timeout 30m ./cmd/greenify -run 'TestScript/(race|racesim)$$'

# sim runs the scripts of the deterministic mode, of which test has a part, whole, and then
# searches Go's own kernels of real bugs, and programs of SCTBench's kind, with greenify
# test -sim, prints which schedule finds each, and runs what has no bug.
sim: $(GREENIFY)
	GREENIFY_SIMS=1 go test -vet=off ./cmd/greenify -timeout 30m -run "TestSimNet$$|TestScript/^($$(grep -l env:GREENIFY_SIMS testdata/script/*.txtar | sed 's,.*/,,; s,.txtar,,' | paste -sd'|'))$$"
	go run ./testdata/sim -greenify $(CURDIR)/$(GREENIFY)

# sim-modules runs the tests of third-party modules in 100 schedules each, and the schedules of
# the bugs that were found, and compares testdata/sim/modules.txt.
sim-modules: $(GREENIFY)
	go run ./testdata/sim -greenify $(CURDIR)/$(GREENIFY) -sets modules

# sim-corpus runs the tests of the modules of corpus in 5 schedules each, each in two processes,
# and compares testdata/sim/corpus.txt.
sim-corpus: $(GREENIFY)
	go run ./testdata/sim -greenify $(CURDIR)/$(GREENIFY) -sets corpus

# sim-speed measures how many schedules run in a second of a processor: testdata/sim/speed.txt.
sim-speed: $(GREENIFY)
	go run ./testdata/sim -greenify $(CURDIR)/$(GREENIFY) -speed

# simnet-std runs Go's own tests of the network over the simulated loopback; about 5 minutes.
simnet-std:
	go run ./testdata/std/simnet

# browser opens the pages of traces and schedules in chromium, from a Debian package (as root).
browser:
	command -v chromium >/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; }
	GREENIFY_BROWSER=1 go test -vet=off ./cmd/greenify -run "TestTrace|TestSchedulePage" -count=1

# arm64 runs the programs, patched for linux/arm64, in qemu's emulator, from a Debian
# package (as root).
arm64:
	command -v qemu-aarch64 >/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends qemu-user; }
	GREENIFY_ARM64=1 go test ./cmd/greenify -run 'TestArm64(Sim)?$$' -count=1 -timeout 30m

# hosts runs the analyzer in every host; it builds golangci-lint, gopls and nogo.
hosts:
	$(COMPILE) GREENIFY_HOSTS=1 go test -vet=off ./cmd/greenify -run TestHosts -count=1 -timeout 20m

# debug runs a session of Delve on a patched program.
debug:
	mkdir -p .cache
	$(COMPILE) GOBIN=$(CURDIR)/.cache go install github.com/go-delve/delve/cmd/dlv@v1.27.2
	PATH=$(CURDIR)/.cache:$$PATH GREENIFY_DLV=1 go test -vet=off ./cmd/greenify -run TestScript/debug -count=1

cover:
	go test -coverprofile=.cache/cover.out -coverpkg=./rewrite/...,./cmd/... ./rewrite/... ./cmd/...
	go tool cover -func=.cache/cover.out | tail -n 1

# fuzz looks for inputs that break the finder, the splicer and the parsers, for FUZZTIME each, and for
# an order of operations of package green that loses a wake-up.
FUZZTIME = 30s
FUZZ = rewrite/find/FuzzFind rewrite/splice/FuzzApply rewrite/toolchain/FuzzManifest runtime/code/FuzzUnmark \
	cmd/greenify/FuzzTrace cmd/greenify/FuzzRecording $(addprefix rewrite/explore/,FuzzSchedule FuzzVariation FuzzResults)
fuzz: $(GREENIFY)
	for f in $(FUZZ); do go test ./$$(dirname $$f) -run xxx -fuzz "^$$(basename $$f)\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s || exit; done
	$(GREENIFY) test ./runtime -count=1 -run TestRandomOperations -v -args -operations 1000000

# fuzz-programs demands that 200 random programs do the same plain, as a whole program, rewritten, as
# twins and simulated; fuzz-long of 10,000, with native goroutines, too, some hours. What differs
# is reduced, and written to FUZZFOUND.
FUZZFOUND = .cache/fuzz-found
fuzz-programs: $(GREENIFY)
	go test ./testdata/fuzz
	go run ./testdata/fuzz -greenify $(GREENIFY) -o $(FUZZFOUND) -v
fuzz-long: $(GREENIFY)
	go run ./testdata/fuzz -greenify $(GREENIFY) -o $(FUZZFOUND) -v -doors whole,main,sim,rewrite,twins -seed 10001 -n 10000

# bench prints patched against plain Go as ratios: operations, servers with their client on another
# processor, and builds. Seven minutes.
bench:
	go run ./testdata/bench/show

# builds prints greenify build beside go build: seconds and memory from empty caches, with nothing
# changed and after an edit, of a small program and of a large one. Most of an hour.
builds:
	go run ./testdata/bench/show -builds

# bench-peers prints plain and patched Go beside eventlet and gevent, from Debian packages (as root),
# each on one processor: a minute, and another one for the first build.
bench-peers:
	/usr/bin/python3 -c 'import eventlet, gevent' 2>/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-eventlet python3-gevent; }
	go run ./testdata/bench/show -peers

# growth measures 1,000 to a million sleeping threads and 1 to 10,000 connections, plain and
# patched, and greenify check beside go vet on 10,000 to a million lines, and draws
# testdata/growth.svg. GROWTHFLAGS='-rounds 1 -lines 10000' takes less.
growth: $(GREENIFY)
	cd testdata/growth && go vet ./... && go run . -greenify $(CURDIR)/$(GREENIFY) -o ../growth.svg $(GROWTHFLAGS)

# churn has two workers restarted and killed while requests are made, and counts those that fail.
churn:
	go test ./testdata/workers/...

# workers prints how many requests a second two workers answer beside one and plain Go, and has
# them restarted and killed while requests are made: a minute and a half.
workers: $(GREENIFY)
	go run ./testdata/workers/show -greenify $(CURDIR)/$(GREENIFY)

# faults kills commands 1,000 times and fills their disk 200 times, starts 200 at once on an empty
# cache, and runs patched programs that lack descriptors, memory or processor, lose 100,000
# connections, have slow clients, or whose clock is set: as root, most of an hour.
# FAULTSFLAGS='-kills 100 -full 50 -processes 20 -connections 10000' takes less, -parts limits one part.
faults: $(GREENIFY)
	go run ./testdata/faults -greenify $(GREENIFY) -o .cache/faults.txt $(FAULTSFLAGS)

# soak runs a patched server and its clients for SOAK, and demands that nothing grows.
SOAK = 30m
soak: $(GREENIFY)
	go run ./testdata/faults/soak -greenify $(GREENIFY) -for $(SOAK) -o .cache/soak.txt

# check-speed times greenify check and go vet on a module of 118,000 lines and
# 154,000 of tests, from empty caches and with nothing changed.
GRPC = google.golang.org/grpc@v1.75.0
check-speed:
	rm -rf .cache/grpc && mkdir -p .cache
	cp -r "$$(go mod download -json $(GRPC) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')" .cache/grpc
	chmod -R u+w .cache/grpc
	go test ./rewrite/insource -run TestCheckSpeed -count 1 -v -timeout 30m -check-module "$(CURDIR)/.cache/grpc"

# std runs Go's own tests, those of the standard library and test/chan, plain
# and patched. STDFLAGS=-short leaves out the long ones (net alone needs minutes
# without a network).
std:
	go run ./testdata/std/chan
	go run ./testdata/std/compare $(STDFLAGS)

# std-all does so with all packages of the standard library that have tests, 250 in Go 1.26.
# For each one that fmt imports all of std is compiled once more: with STDFLAGS=-short 165
# packages took 50 minutes on two processors that had 50 other things to do.
# STDFLAGS='-o testdata/std/all-1.26.txt' writes the table.
std-all:
	go run ./testdata/std/compare -all $(STDFLAGS)

# sources patches all of the standard library, its tests and the modules that this one
# requires by both back ends of the mode in source, and compares; make test does that
# for the packages in which most waits.
sources:
	GREENIFY_CORPUS=1 go test ./rewrite/insource -run TestCorpus -count=1 -v -timeout 30m

# services installs PostgreSQL and MariaDB from Debian packages (as root) and starts
# them on loopback ports of their own, for db.
services:
	.ci/services start

services-stop:
	.ci/services stop

# db runs the tests of real database drivers against real servers, plain and
# patched. Without the servers they are skipped, but fail with CI=true.
db: $(GREENIFY)
	cd testdata/db && $(COMPILE) go vet ./... && go test -vet=off -v ./...
	cd testdata/db && $(CURDIR)/$(GREENIFY) test -v ./...

# ticker makes 250 operations that take 100 ms, plain and patched both ways, while
# a goroutine ticks, prints its ticks and compares testdata/ticker/ticks.tsv.
# TICKERFLAGS=-source=false leaves out the mode in source.
ticker:
	go run ./testdata/ticker/show $(TICKERFLAGS)

# corpus runs the tests of third-party modules, plain and patched.
# CORPUSFLAGS='-flags "-count=3 -shuffle=on" grpc' takes some, with more flags of go test.
corpus:
	go run ./testdata/std/compare -modules testdata/std/modules.tsv $(CORPUSFLAGS)

# complete drives complete programs that nobody here wrote by their own clients, plain and
# patched, compares what they answer and writes testdata/complete/table.txt. Half an hour, and as
# much for the first build; COMPLETEFLAGS='-rounds 1 nats etcd' takes some.
complete: $(GREENIFY)
	cd testdata/complete && go vet . && go run . -greenify $(CURDIR)/$(GREENIFY) -o table.txt $(COMPLETEFLAGS)

.PHONY: $(GREENIFY)
$(GREENIFY):
	@mkdir -p .cache
	$(COMPILE) go build -o $@.$$$$ ./cmd/greenify && mv $@.$$$$ $@
