SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUZZTIME ?= 30s
BENCHFLAGS ?=
STATSFLAGS ?=
BASE ?= v0.1.0
PROMISESFLAGS ?=
CHAOSFLAGS ?= -seed 7 -deadline 20s -slack 3s

LINT := $(CURDIR)/.tools/bin/golangci-lint

# Modules of their own, so that what they need never reaches the go.mod of a user.
MODULES := bench test/chaos test/coming test/deploy test/nats test/web tools

.PHONY: help
help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# The linter vets. Tests wait more than they compute, so more packages run at once than
# there are processors.
GOTEST := go test -vet=off -timeout 30m -p 4

# The library and the benchmarks compute, the chaos suite waits for times of the wall
# clock: they run side by side, and the suite, which must not be late, goes first.
.PHONY: test
test: ## run all tests
	@$(MAKE) --no-print-directory -j3 -Otarget test-library test-bench test-chaos

.PHONY: test-library test-bench test-chaos
test-library:
	nice $(GOTEST) $$(go list ./... | grep -v /test/scenarios)
test-bench:
	nice go -C bench test -vet=off ./...
test-chaos:
	go -C test/chaos test -vet=off ./...

# What only builds and prints has no goroutines that could race, and takes twice as
# long with the detector; `make test` runs it.
BUILDS := build|compose|contract|describe|docker|examples_deploy|gen|graph|k8s|mains|modules|new|openapi|permissions|rooms|vet|workspace

.PHONY: race
race: ## run them with the race detector, but for the examples, which have it anyway
	@$(MAKE) --no-print-directory -j3 -Otarget race-library race-bench race-chaos

.PHONY: race-library race-bench race-chaos
race-library:
	nice $(GOTEST) -race -skip '^Test(ConsoleBlocks|FirstSteps)|^TestScripts$$/^($(BUILDS))$$' \
		$$(go list ./... | grep -vE '/test/scenarios|/enoki/examples/')
race-bench:
	nice go -C bench test -vet=off -race ./...
race-chaos:
	go -C test/chaos test -vet=off -race ./...

.PHONY: scenarios
scenarios: ## run services as processes and kill them; ENOKI_FULL_SCALE=1, ENOKI_TRIALS=100 for more
	go test -vet=off -count=1 ./test/scenarios

.PHONY: browser
browser: ## drive the pages in headless Chromium, and check OpenAPI documents with a validator
	ENOKI_ARTIFACTS=artifacts go -C test/web test -vet=off -count=1 ./...

.PHONY: deploy
deploy: ## read the deployment files as Docker and Kubernetes do, and build what they build
	go -C test/deploy test -vet=off -count=1 ./...

.PHONY: nats
nats: ## have the nats command look at our services
	go -C test/nats test -vet=off -count=1 ./...

.PHONY: coming
coming: ## run what the pages for those who come from elsewhere show of other frameworks
	go -C test/coming test -vet=off -count=1 ./...

# What a mode waits for costs no processor time, so two run at once.
.PHONY: chaos
chaos: ## 55 s of calls under all faults, beside them events and timers; CHAOSFLAGS is for test/chaos
	go -C test/chaos build -o chaos .
	@$(MAKE) --no-print-directory -j2 -Otarget chaos-calls chaos-events chaos-ordered chaos-timers

.PHONY: chaos-calls chaos-events chaos-ordered chaos-timers
chaos-calls:
	cd test/chaos && ./chaos -seconds 55 -gap 1500ms -faults kill,freeze,double,term,broker,caller,cut,hole $(CHAOSFLAGS)
chaos-events:
	cd test/chaos && ./chaos -events -seconds 20 $(CHAOSFLAGS)
chaos-ordered:
	cd test/chaos && ./chaos -ordered -seconds 20 $(CHAOSFLAGS)
chaos-timers:
	cd test/chaos && ./chaos -timers -seconds 20 $(CHAOSFLAGS)

.PHONY: promises
promises: ## all promises in one table, about nine minutes; PROMISESFLAGS='-seed 7 -minutes 60'
	go -C test/chaos run . -all -table promises.md $(PROMISESFLAGS)

.PHONY: soak
soak: ## twenty minutes of calls, then on a cluster; then events and timers
	go -C test/chaos run . -seconds 1200 $(CHAOSFLAGS)
	go -C test/chaos run . -seconds 1200 -cluster $(CHAOSFLAGS)
	go -C test/chaos run . -events -seconds 150 $(CHAOSFLAGS)
	go -C test/chaos run . -events -seconds 150 -cluster $(CHAOSFLAGS)
	go -C test/chaos run . -ordered -seconds 150 $(CHAOSFLAGS)
	go -C test/chaos run . -timers -seconds 150 $(CHAOSFLAGS)

.PHONY: page
page: ## write docs/cli.md from the help of svc, and the rooms of docs/architecture.md
	SVC_UPDATE_PAGE=1 go test ./cmd/svc -run ThePageOfTheCommand -count=1
	SVC_UPDATE_PAGE=1 go test . -run RoomsOnThePage -count=1

.PHONY: examples
examples: ## run the tests of the examples with the race detector, never from the test cache
	$(GOTEST) -race -count=1 ./examples/...

.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME (30s)
	@go test -list '^Fuzz' ./... </dev/null \
	| awk '/^Fuzz/ { names = names " " $$1 } $$1 == "ok" { n = split(names, name); for (i = 1; i <= n; i++) print $$2, name[i]; names = "" }' \
	| while read -r package name; do \
		echo "$$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; \
	done

.PHONY: bench
bench: ## measure beside raw nats.go and others; BENCHFLAGS is for bench
	go -C bench run . $(BENCHFLAGS)

.PHONY: lint
lint: $(LINT) ## run the linter over all modules
	$(LINT) run ./...
	for module in $(MODULES); do (cd $$module && $(LINT) run --config $(CURDIR)/.golangci.yml ./...); done

.PHONY: fmt
fmt: $(LINT) ## format the code
	$(LINT) fmt
	for module in $(MODULES); do (cd $$module && $(LINT) fmt --config $(CURDIR)/.golangci.yml); done

.PHONY: fmt-check
fmt-check: $(LINT) ## show what fmt would change, and fail if anything
	$(LINT) fmt --diff
	for module in $(MODULES); do (cd $$module && $(LINT) fmt --diff --config $(CURDIR)/.golangci.yml); done

.PHONY: tidy-check
tidy-check: ## fail if go.mod is untidy or a module is not what go.sum says
	go mod tidy -diff
	go mod verify
	for module in $(MODULES); do go -C $$module mod tidy -diff; go -C $$module mod verify; done

.PHONY: check
check: fmt-check lint race examples ## what must be green before review

.PHONY: ci
ci: ## what the continuous integration runs
	bash .ci/run

.PHONY: api
api: ## write down in docs/api what users can import
	go -C tools run ./api $(CURDIR)

.PHONY: api-check
api-check: ## fail if docs/api is not what users can import
	go -C tools run ./api -check $(CURDIR)

.PHONY: api-diff
api-diff: ## say what of that breaks those who use BASE (v0.1.0)
	go -C tools run ./api -against $(BASE) $(CURDIR)

.PHONY: licences
licences: ## write down in docs/licences.md what is linked, and under which licence
	go -C tools run ./licences $(CURDIR)

.PHONY: licences-check
licences-check: ## fail if that is out of date, or a licence does not go with ours
	go -C tools run ./licences -check $(CURDIR)

.PHONY: notices
notices: ## write into NOTICES.txt the licences that go with a svc that is handed on
	go -C tools run ./licences -notices ./cmd/svc $(CURDIR) >NOTICES.txt

.PHONY: stats
stats: ## print lengths of functions and files, tests ÷ code, and what is documented; STATSFLAGS=-json for programs
	go -C tools run ./stats $(STATSFLAGS) $(CURDIR)

.PHONY: tools
tools: $(LINT) ## install the linter into .tools/bin

$(LINT): tools/go.mod tools/go.sum
	GOBIN=$(@D) go -C tools install tool
	touch $@
