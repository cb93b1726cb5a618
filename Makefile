SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

# libsodium carries the password hash, zlib and gcc link the native binary; PostgreSQL is what a run without a
# connection string starts for itself. jq and curl are for the demo.
packages := postgresql-15 libsodium-dev zlib1g-dev gcc curl jq
# What the gateway is measured beside; only `make bench` needs it.
peers := nginx-light haproxy wrk
rival := @portkey-ai/gateway@1.15.2
installed := tests/node_modules/.package-lock.json
# Folders too, so that a deleted file counts as a change.
sources := $(shell find src -not -name '*.md') openapi.yaml global.json nuget.config docs/bundle.mjs
# No build server stays behind: it would hold memory and, in a container, keep the shell from ending.
quietly := -nodeReuse:false -v quiet
lint := tests/node_modules/.bin

.PHONY: help deps docs-bundle build run upstream demo size bench bench-open-api bench-soak bench-supply test lint format container-check clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: $(installed) ## Install what building and testing need (Debian packages only when missing)
	@command -v dotnet >/dev/null || { echo 'The .NET SDK of global.json is needed: install it first.' >&2; exit 1; }
	@missing=(); for one in $(packages); do \
	  [[ $$(dpkg-query -W -f '$${Status}' $$one 2>/dev/null) == 'install ok installed' ]] || missing+=($$one); done; \
	if (($${#missing[@]})); then \
	  [[ $$(id -u) == 0 ]] || { echo "As root: apt-get install $${missing[*]}" >&2; exit 1; }; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$${missing[@]}"; \
	fi

$(installed): tests/package-lock.json
	@command -v npm >/dev/null || { echo 'Node 20 or newer with npm is needed: install it first.' >&2; exit 1; }
	@cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

docs-bundle: ## Make the files that the docs page embeds
	@node docs/bundle.mjs

build: artifacts/supply ## Publish the native binary to artifacts/supply

artifacts/supply: $(sources) | docs-bundle
	@echo 'Publishing the native binary (a minute or two)'
	@dotnet publish src/Host -c Release -r linux-x64 $(quietly)
	@cp artifacts/publish/Host/release_linux-x64/supply $@.new && mv $@.new $@ && touch $@

run: deps build ## Start the service; settings come from the environment
	@exec artifacts/supply

upstream: ## Start a simulated provider on 127.0.0.1:9090
	@dotnet build tests/Upstream -c Release $(quietly)
	@exec dotnet artifacts/bin/Upstream/release/upstream.dll --urls http://127.0.0.1:9090

demo: deps build ## Run the README's main job against a fresh database and a simulated provider
	@dotnet build tests/Upstream -c Release $(quietly)
	@docs/demo.sh

size: deps build ## Measure binary, cold start and idle memory; fail over the limits
	@tests/scratch-postgres.sh node bench/size.mjs

bench-supply: deps build ## Measure records and billing at ten million records (ROWS for another number; minutes)
	@tests/scratch-postgres.sh node bench/supply.mjs

bench-open-api: deps build ## Measure filters and pages over a million intents (ROWS for another number; minutes)
	@tests/scratch-postgres.sh node bench/open-api.mjs

bench: deps build artifacts/bench/node_modules ## Measure the gateway beside nginx, HAProxy and another gateway (minutes)
	@for one in $(peers); do \
	  command -v $${one%%-*} >/dev/null || { echo "As root, with services kept from starting: apt-get install $(peers)" >&2; exit 1; }; done
	@dotnet publish bench/Upstream -c Release -r linux-x64 $(quietly)
	@tests/scratch-postgres.sh node bench/gateway.mjs

bench-soak: deps build ## Watch the gateway's memory under load (MINUTES, five unless told)
	@dotnet publish bench/Upstream -c Release -r linux-x64 $(quietly)
	@tests/scratch-postgres.sh node bench/soak.mjs

artifacts/bench/node_modules:
	@mkdir -p artifacts/bench
	@npm install --prefix artifacts/bench --ignore-scripts --no-audit --no-fund --loglevel=error $(rival)

test: deps docs-bundle $(if $(filter native,$(SUPPLY_TARGET)),build) ## Run all tests (SUPPLY_TARGET=native: against artifacts/supply)
	@dotnet build tests/Tests.csproj $(quietly)
	@dotnet artifacts/bin/Tests/debug/Tests.dll $(ARGS)

lint: $(installed) docs-bundle ## Check the contract with two linters, and the format of the code
	@REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(lint)/redocly lint --config tests/lint/.redocly.yaml --max-problems 100 openapi.yaml
	@$(lint)/spectral lint --ruleset tests/lint/.spectral.yaml --fail-severity=hint openapi.yaml
	@dotnet format SupplyApi.slnx --verify-no-changes

format: docs-bundle ## Format the code
	@dotnet format SupplyApi.slnx

container-check: build ## Run the image's files, and nothing else, as the image would (needs root)
	@tests/scratch-postgres.sh tests/container-check.sh

clean: ## Remove everything that was built (never the data directory)
	@rm -rf artifacts tests/node_modules
