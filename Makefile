# Two commands are all a newcomer needs: `make run` and `make test`. Both do their own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
NICE := nice -n 5
NEXTEST := $(shell command -v cargo-nextest >/dev/null 2>&1 && echo "nextest run" || echo test)

.PHONY: help run test setup ui check rust-test browser-test deny golden bench chaos

help: ## lists the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

run: ## builds the designer and the engine, starts the sandbox and serves
	@.ci/serve-demo

test: ## everything: format, lints, Rust, designer, browser, licences
	@.ci/test

setup: ## installs what is missing (Debian packages, npm packages) and says so
	@.ci/setup

ui: ## builds the designer into ui/dist
	@.ci/setup ui && cd ui && npm run build

check: ## formatting and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

rust-test: ## the Rust suite and its documentation examples
	cargo $(NEXTEST) --workspace
	cargo test --workspace --doc

browser-test: ## the designer in a real browser, over the built engine and sandbox
	@.ci/setup ui browser
	cd ui && npm run --silent build
	cargo build --package bactrian --package bactrian-sandbox
	cd ui && npm run --silent e2e

deny: ## licences, bans and sources of the dependencies
	cargo deny check bans licenses sources

golden: ## rewrites the golden files; read the diff like code
	UPDATE=1 cargo $(NEXTEST) -p bactrian-engine

bench: ## every benchmark; prints ratios against a reference in the same run
	cargo bench -p bactrian-engine
	cargo run --release -p bactrian-bench -- http
	cargo run --release -p bactrian-bench -- run
	cargo build --release -p bactrian
	cargo run --release -p bactrian-bench -- load
	cargo run --release -p bactrian-bench -- durable

chaos: ## the long crash, power-cut and simulation proof; FLAGS="kills --kills 2000 --seed 7" for another
	cargo run --features bactrian-chaos/failpoints -p bactrian-chaos -- $(FLAGS)
