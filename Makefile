SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUZZTIME ?= 30s
BENCHFLAGS ?=
CHAOSFLAGS ?= -seed 7 -deadline 20s -slack 3s

LINT := $(CURDIR)/.tools/bin/golangci-lint

.PHONY: help
help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: test
test: ## run all tests
	go test -timeout 30m $$(go list ./... | grep -v /test/scenarios)
	go -C bench test ./...
	go -C test/chaos test ./...

.PHONY: race
race: ## run them with the race detector, one package at a time
	go test -race -p 1 -timeout 30m $$(go list ./... | grep -v /test/scenarios)
	go -C bench test -race ./...
	go -C test/chaos test -race ./...

.PHONY: scenarios
scenarios: ## run services as processes and kill them; ENOKI_FULL_SCALE=1, ENOKI_TRIALS=100 for more
	go test -count=1 ./test/scenarios

.PHONY: browser
browser: ## drive the pages in headless Chromium, and check OpenAPI documents with a validator
	ENOKI_ARTIFACTS=artifacts go -C test/web test -count=1 ./...

.PHONY: deploy
deploy: ## read the deployment files as Docker and Kubernetes do, and build what they build
	go -C test/deploy test -count=1 ./...

.PHONY: nats
nats: ## have the nats command look at our services
	go -C test/nats test -count=1 ./...

.PHONY: chaos
chaos: ## a minute of calls under faults, then events and timers; CHAOSFLAGS is for test/chaos
	go -C test/chaos run . -seconds 60 $(CHAOSFLAGS)
	go -C test/chaos run . -events -seconds 20 $(CHAOSFLAGS)
	go -C test/chaos run . -ordered -seconds 25 $(CHAOSFLAGS)
	go -C test/chaos run . -timers -seconds 20 $(CHAOSFLAGS)

.PHONY: soak
soak: ## twenty minutes of calls, then on a cluster; then events and timers
	go -C test/chaos run . -seconds 1200 $(CHAOSFLAGS)
	go -C test/chaos run . -seconds 1200 -cluster $(CHAOSFLAGS)
	go -C test/chaos run . -events -seconds 150 $(CHAOSFLAGS)
	go -C test/chaos run . -events -seconds 150 -cluster $(CHAOSFLAGS)
	go -C test/chaos run . -ordered -seconds 150 $(CHAOSFLAGS)
	go -C test/chaos run . -timers -seconds 150 $(CHAOSFLAGS)

.PHONY: page
page: ## write docs/cli.md from the help of svc
	SVC_UPDATE_PAGE=1 go test ./cmd/svc -run ThePageOfTheCommand -count=1

.PHONY: examples
examples: ## run the tests of the examples, never from the test cache
	go test -count=1 ./examples/...

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
	cd bench && $(LINT) run --config ../.golangci.yml ./...
	cd test/chaos && $(LINT) run --config ../../.golangci.yml ./...
	cd test/deploy && $(LINT) run --config ../../.golangci.yml ./...
	cd test/nats && $(LINT) run --config ../../.golangci.yml ./...
	cd test/web && $(LINT) run --config ../../.golangci.yml ./...
	cd tools && $(LINT) run --config ../.golangci.yml ./...

.PHONY: fmt
fmt: $(LINT) ## format the code
	$(LINT) fmt
	cd bench && $(LINT) fmt --config ../.golangci.yml
	cd test/chaos && $(LINT) fmt --config ../../.golangci.yml
	cd test/deploy && $(LINT) fmt --config ../../.golangci.yml
	cd test/nats && $(LINT) fmt --config ../../.golangci.yml
	cd test/web && $(LINT) fmt --config ../../.golangci.yml
	cd tools && $(LINT) fmt --config ../.golangci.yml

.PHONY: fmt-check
fmt-check: $(LINT) ## show what fmt would change, and fail if anything
	$(LINT) fmt --diff
	cd bench && $(LINT) fmt --diff --config ../.golangci.yml
	cd test/chaos && $(LINT) fmt --diff --config ../../.golangci.yml
	cd test/deploy && $(LINT) fmt --diff --config ../../.golangci.yml
	cd test/nats && $(LINT) fmt --diff --config ../../.golangci.yml
	cd test/web && $(LINT) fmt --diff --config ../../.golangci.yml
	cd tools && $(LINT) fmt --diff --config ../.golangci.yml

.PHONY: vet
vet: ## run go vet
	go vet ./...
	go -C bench vet ./...
	go -C test/chaos vet ./...
	go -C test/deploy vet ./...
	go -C test/nats vet ./...
	go -C test/web vet ./...
	go -C tools vet ./...

.PHONY: tidy-check
tidy-check: ## fail if go.mod is untidy or a module is not what go.sum says
	go mod tidy -diff
	go mod verify
	go -C bench mod tidy -diff
	go -C bench mod verify
	go -C test/chaos mod tidy -diff
	go -C test/chaos mod verify
	go -C test/deploy mod tidy -diff
	go -C test/deploy mod verify
	go -C test/nats mod tidy -diff
	go -C test/nats mod verify
	go -C test/web mod tidy -diff
	go -C test/web mod verify

.PHONY: check
check: fmt-check vet lint race ## what must be green before review

.PHONY: ci
ci: ## what the continuous integration runs
	bash .ci/run

.PHONY: stats
stats: ## print the lengths of functions and files, and tests ÷ code
	go -C tools run ./stats $(CURDIR)

.PHONY: tools
tools: $(LINT) ## install the linter into .tools/bin

$(LINT): tools/go.mod tools/go.sum
	GOBIN=$(@D) go -C tools install tool
	touch $@
