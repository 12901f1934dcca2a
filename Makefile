# The commands that a person needs; each is one line that works without make too.

CARGO  ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)

# `make run` builds this profile and starts the program with these arguments.
PROFILE ?= dev
RUN     ?= serve --demo
BUILT   := $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

.DEFAULT_GOAL := help
.PHONY: help run build test test-clients check fmt bench simulate clean-data

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

run: ## Start Runyard on 127.0.0.1:8080 with its data in data/, and run the sample project on it
	$(CARGO) build --locked --profile $(PROFILE) --package runyard
	@exec $(BUILT)/runyard $(RUN)

build: ## Build the programs and all tests
	$(CARGO) build --locked --workspace --bins --tests

# Tests wait for programs more than they compute.
test: export RUST_TEST_THREADS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 3 / 2)
test: build ## Run every test on all three stores (finds or starts a PostgreSQL of its own)
	tests/in-memory tests/with-postgres $(CARGO) test --locked --workspace --no-fail-fast

test-clients: build ## Drive a server with gh, Octokit, PyGithub and octocrab on SQLite and PostgreSQL (installs them below target/clients)
	tests/clients/install
	tests/in-memory tests/with-postgres $(CARGO) test --locked --workspace --features runyard-clients/clients --test clients

check: ## Check format, lints and documentation, as CI does
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --features runyard-clients/clients -- --deny warnings
# With the examples, dependencies have the features that the lints saw them with, and are not checked again. The other
# program has the name of its library, and rustdoc writes one page for both.
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --locked --workspace --no-deps --lib --bin runyard --examples

fmt: ## Format the sources
	$(CARGO) fmt --all

bench: ## Measure the workflow language, how fast a runner hears of a job and of a cancel, and lists of a million runs
	$(CARGO) bench --locked --package runyard-workflow --benches
	$(CARGO) build --locked --release --bins
	tests/with-postgres $(CARGO) bench --locked --package runyard-tests

SEEDS ?= 1000
simulate: ## Tell SEEDS histories of runs, runners and failures (1000), and look after each step whether all holds
	RUNYARD_SIMULATION_SEEDS=$(SEEDS) RUNYARD_SIMULATION_SEED=$(SEED) $(CARGO) test --locked --release \
	  --package runyard-simulation -- --nocapture fresh_seeds_hold

clean-data: ## Forget all runs: remove data/
	rm -rf data
