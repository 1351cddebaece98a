# Hourglass Fleet. `make help` lists everything.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
ARGS ?=
TOOLS_DIR ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/hourglass/tools

# Wall-clock budgets in seconds, on 2 cores and from nothing. Each suite has its own, with room for a noisy machine, and
# their sum is within that of all (a test of the workspace asserts it): a suite within its budget starves no other.
BUDGET_ALL    := 2960
BUDGET_LINT   := 240
BUDGET_BUILD  := 660
BUDGET_CLIPPY := 160
BUDGET_ASSETS := 400
BUDGET_UNIT   := 600
BUDGET_BENCH  := 60
BUDGET_BED    := 100
BUDGET_AGENT  := 390
BUDGET_E2E    := 350

# Integration tests by suite (a test of the workspace asserts that each stands in one list). They are named rather than
# selected by package: a package alone resolves other features, and would build the dependencies once more.
TESTS_UNIT  := contract documented generated histories imports index kill licences openb otlp process reference cli state_directory scenarios suites
TESTS_BED   := cluster control_plane lifetime panic
TESTS_AGENT := operator_admission operator_lifecycle operator_outage operator_roles session_commands session_devices session_disruptions session_faults session_gangs session_join session_prerequisites session_rights
TESTS_E2E   := agent_faults command_line edge joining lost_store placing scheduler_parity server_faults tracing updates

# `make openb`: lists of the openb trace, all nodes in one cluster.
NODES ?= $(OPENB_DIR)/openb_node_list_gpu_node.csv
PODS ?= $(OPENB_DIR)/openb_pod_list_default.csv
SEEDS ?= 10
CLUSTERS ?= 1

BIN := $(or $(CARGO_TARGET_DIR),target)/debug

# In the background and waited for, so that Ctrl-C reaches it: `timeout` leads a process group of its own.
run = trap 'kill $$pid' INT TERM; timeout --kill-after=30 $(1) $(2) & pid=$$!; wait $$pid

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

.PHONY: build
build: ## Build every program and test, as demo and tests share it
	$(CARGO) build --locked --workspace --all-targets

.PHONY: demo
demo: build ## Start three real clusters, the server and three agents, and show the main job (ARGS=--once ends by itself)
	$(BIN)/hourglass-demo $(ARGS)

.PHONY: testbed
testbed: build ## Bring up real local clusters (ARGS="up --clusters 2 --profile a100-pool --dir DIR")
	$(BIN)/hourglass-testbed $(ARGS)

.PHONY: test
test: ## Everything that CI runs, within the budget of all
	$(call run,$(BUDGET_ALL),$(MAKE) test-lint test-build test-unit test-real)

.PHONY: test-lint
test-lint: ## Formatting, names in the protos, no breaking change of the API
	$(call run,$(BUDGET_LINT),$(MAKE) lint)

.PHONY: lint
lint: proto-lint
	$(CARGO) fmt --all --check

.PHONY: test-build
test-build: ## Build programs and tests once, lint them (warnings are errors), build the testbed's components
	$(call run,$(BUDGET_BUILD),$(CARGO) build --locked --workspace --all-targets)
	$(call run,$(BUDGET_CLIPPY),$(CARGO) clippy --locked --workspace --all-targets -- -D warnings)
	$(call run,$(BUDGET_ASSETS),$(BIN)/hourglass-testbed assets)

.PHONY: test-unit
test-unit: build ## Unit, contract and property tests, generated files, import directions, licences; benches on tiny fleets
	$(call run,$(BUDGET_UNIT),$(CARGO) test --locked --workspace --lib --bins $(TESTS_UNIT:%=--test %))
	$(call run,$(BUDGET_BENCH),$(CARGO) test --locked --workspace --bench engine -- --test)

.PHONY: test-real
test-real: build ## Tests on real API servers: testbed, agent and operator, end to end
	$(call run,$(BUDGET_BED),$(CARGO) test --locked --workspace $(TESTS_BED:%=--test %))
	$(call run,$(BUDGET_AGENT),$(CARGO) test --locked --workspace $(TESTS_AGENT:%=--test %))
	$(call run,$(BUDGET_E2E),$(CARGO) test --locked --workspace $(TESTS_E2E:%=--test %))

.PHONY: bench
bench: bench-criterion ## Benchmarks; each writes target/bench/NAME.json (BENCH_QUICK=1: small fleets only)
	$(CARGO) bench --locked -p hourglass-store
	$(CARGO) bench --locked -p hourglass-engine --bench engine

.PHONY: bench-criterion
bench-criterion: ## Decisions one kind at a time, by criterion (a part of bench; BENCH_QUICK=1: few samples)
	$(CARGO) bench --locked -p hourglass-engine --bench decide -- $(if $(BENCH_QUICK),--quick,--warm-up-time 1 --measurement-time 3)

.PHONY: verify-engine
verify-engine: ## Compare the engine's decisions with a slow reference on more than 100,000 generated cases
	HOURGLASS_REFERENCE_HISTORIES=27000 $(CARGO) test --locked --workspace --test reference -- --nocapture

.PHONY: verify-scheduler
verify-scheduler: build ## Compare our rules with the real kube-scheduler on generated cases (ARGS="--cases 5000 --seed 1")
	$(BIN)/hourglass-verify-scheduler $(ARGS)

.PHONY: openb
openb: ## Pack a GPU trace (NODES=FILE PODS=FILE SEEDS=10 CLUSTERS=1); the last line is the result as JSON
	$(CARGO) run --quiet --locked --release -p hourglass-openb -- --nodes "$(NODES)" --pods "$(PODS)" --seeds "$(SEEDS)" --clusters "$(CLUSTERS)"

.PHONY: verify-packing
verify-packing: ## Hold one seed of each list of the trace against the published means, in one cluster and in many (OPENB_DIR names its folder)
	$(CARGO) test --locked --release -p hourglass-openb --test openb -- --nocapture

.PHONY: proto
proto: ## Generate the Rust code of the protos anew
	UPDATE_GENERATED=1 $(CARGO) test --locked -p hourglass-proto --test generated

.PHONY: crd
crd: ## Generate the CRD's YAML anew
	UPDATE_GENERATED=1 $(CARGO) test --locked -p hourglass-performer-api

BUF = $(TOOLS_DIR)/buf-$(shell sha256sum tests/conformance/tools/go.sum | cut -c1-12)

$(BUF):
	mkdir -p "$(TOOLS_DIR)"
	cd tests/conformance/tools && go build -trimpath -o "$@.new" github.com/bufbuild/buf/cmd/buf
	mv "$@.new" "$@"

.PHONY: proto-lint
proto-lint: $(BUF) ## Lint the protos and refuse breaking changes
	cd proto && "$(BUF)" lint && "$(BUF)" breaking --against baseline.binpb

.PHONY: proto-baseline
proto-baseline: $(BUF) ## Make the protos of now what later changes are held against (at a release)
	cd proto && "$(BUF)" build -o baseline.binpb

.PHONY: deny
deny: ## The whole policy of deny.toml, advisories too, by cargo-deny (installs it; test-unit checks all but advisories)
	command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny --all-features check advisories bans licenses sources

.PHONY: fmt
fmt: ## Format everything
	$(CARGO) fmt --all

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
