# Hourglass Fleet. `make help` lists everything.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
ARGS ?=
TOOLS_DIR ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/hourglass/tools

# Each suite has a wall-clock budget in seconds; from nothing, on 2 cores, all together are 45 minutes.
BUDGET_LINT   := 240
BUDGET_BUILD  := 840
BUDGET_CLIPPY := 300
BUDGET_ASSETS := 480
BUDGET_UNIT   := 180
BUDGET_BED    := 120
BUDGET_AGENT  := 300
BUDGET_E2E    := 240

run = timeout --kill-after=30 $(1) $(2)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

.PHONY: build
build: ## Build every program and test, as demo and tests share it
	$(CARGO) build --locked --workspace --all-targets

.PHONY: demo
demo: build ## Start three real clusters, the server and three agents, and show the main job (ARGS=--once ends by itself)
	$(CARGO) run --locked --quiet -p hourglass-e2e --bin hourglass-demo -- $(ARGS)

.PHONY: testbed
testbed: ## Bring up real local clusters (ARGS="up --clusters 2 --profile a100-pool --dir DIR")
	$(CARGO) run --locked --quiet -p hourglass-testbed -- $(ARGS)

.PHONY: test
test: test-lint test-build test-unit test-real ## Everything that CI runs

.PHONY: test-lint
test-lint: proto-lint ## Formatting, names in the protos, no breaking change of the API
	$(CARGO) fmt --all --check

.PHONY: test-build
test-build: ## Build programs and tests once, lint them (warnings are errors), build the testbed's components
	$(call run,$(BUDGET_BUILD),$(CARGO) build --locked --workspace --all-targets)
	$(call run,$(BUDGET_CLIPPY),$(CARGO) clippy --locked --workspace --all-targets -- -D warnings)
	$(call run,$(BUDGET_ASSETS),$(CARGO) run --locked --quiet -p hourglass-testbed -- assets)

.PHONY: test-unit
test-unit: ## Unit, contract and property tests, generated files, import directions, licences
	$(call run,$(BUDGET_UNIT),$(CARGO) test --locked --workspace --exclude hourglass-testbed --exclude hourglass-e2e --exclude hourglass-cluster-agent)
	$(call run,$(BUDGET_UNIT),$(CARGO) test --locked -p hourglass-cluster-agent --lib)

.PHONY: test-real
test-real: ## Tests on real API servers: testbed, agent and operator, end to end
	$(call run,$(BUDGET_BED),$(CARGO) test --locked -p hourglass-testbed)
	$(call run,$(BUDGET_AGENT),$(CARGO) test --locked -p hourglass-cluster-agent --test '*')
	$(call run,$(BUDGET_E2E),$(CARGO) test --locked -p hourglass-e2e)

.PHONY: bench
bench: ## Benchmarks; each writes target/bench/NAME.json
	$(CARGO) bench --locked -p hourglass-store

.PHONY: proto
proto: ## Generate the Rust code of the protos anew
	UPDATE_GENERATED=1 $(CARGO) test --locked -p hourglass-proto --test generated

.PHONY: crd
crd: ## Generate the CRD's YAML anew
	UPDATE_GENERATED=1 $(CARGO) test --locked -p hourglass-performer-api

BUF = $(TOOLS_DIR)/buf-$(shell sha256sum tests/conformance/tools/go.sum | cut -c1-12)

$(BUF):
	mkdir -p "$(TOOLS_DIR)"
	cd tests/conformance/tools && timeout $(BUDGET_LINT) go build -trimpath -o "$@.new" github.com/bufbuild/buf/cmd/buf
	mv "$@.new" "$@"

.PHONY: proto-lint
proto-lint: $(BUF) ## Lint the protos and refuse breaking changes
	cd proto && "$(BUF)" lint && "$(BUF)" breaking --against baseline.binpb

.PHONY: proto-baseline
proto-baseline: $(BUF) ## Make the protos of now what later changes are held against (at a release)
	cd proto && "$(BUF)" build -o baseline.binpb

.PHONY: deny
deny: ## Licences, bans, advisories by cargo-deny (installs it when it is missing)
	command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny --all-features check bans licenses sources

.PHONY: fmt
fmt: ## Format everything
	$(CARGO) fmt --all

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
