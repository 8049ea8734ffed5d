# Every target creates the environment in .venv first, with the pinned versions.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEMO := $(BIN)/python examples/demo.py
# Four workers also on two cores: many tests wait for the database, a process or an interval. Workers that are done take
# tests from others (worksteal), because a few files need far longer than the rest. The long tests keep a core busy
# each, so two workers run them. Many tests start this server, so its bytecode is kept, whatever is set.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist worksteal -q

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check words fix snapshots docs lock bench mutations chaos sdk inspect clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: .venv/runtime ## Place a call on the embedded sandbox, through a real MCP client
	@$(DEMO)

test: .venv/dev ## Run the tests; on PostgreSQL, too, if SINCH_VOICE_TEST_DATABASE_URL names one
	@$(PYTEST) -n 4 -m "not long"

test-long: .venv/dev .venv/converters ## Run the tests that need many processes, generated cases or model libraries
	@$(PYTEST) -n 2 -m long

check: words ## Check style, types, import contracts, words and generated documentation
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

words: .venv/dev ## Check names, texts and documentation for words that are not used here
	@$(BIN)/python -m pytest -q tests/architecture/test_words.py

fix: .venv/dev ## Apply automatic fixes: style, format, generated documentation
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/python docs/generate.py

snapshots: .venv/dev ## Update the snapshots and the golden record; review the diff like code
	@UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests/integration/test_tool_list.py tests/golden/test_golden.py

docs: .venv/dev ## Update the generated tables of README.md and docs
	@$(BIN)/python docs/generate.py

lock: ## Pin the newest versions that the ranges allow (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build pyproject.toml -o constraints.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build --extra dev --extra postgres -c constraints.txt pyproject.toml -o constraints-dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra converters -c constraints-dev.txt pyproject.toml -o constraints-converters.txt

bench: .venv/dev ## Run the benchmarks; people judge the results, no test does
	@$(BIN)/python benchmarks/lint.py
	@$(BIN)/python -m benchmarks.claims
	@$(BIN)/python -m benchmarks.callbacks
	@$(BIN)/python -m benchmarks.results
	@$(BIN)/python -m benchmarks.sandbox

mutations: .venv/dev ## Count the single slips in good SVAML documents and requests that the linter reports
	@$(BIN)/python -m tests.unit.svaml.mutations

chaos: .venv/dev ## Kill servers while they place calls on a failing platform; takes minutes, needs SINCH_VOICE_TEST_DATABASE_URL
	@$(BIN)/python -m tests.chaos

sdk: .venv/dev ## Run the official SDKs for Node and Python against the sandbox; needs their registries
	@$(BIN)/python -m tests.sdk

inspect: .venv/runtime ## List and call the tools with the MCP Inspector (needs Node 22)
	@$(BIN)/python examples/inspector.py

clean: ## Remove the environment and the caches
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist build

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

# The environment has exactly the pinned versions, checked by hash; the package itself is installed editable.
.venv/runtime: .venv/bin/python constraints.txt pyproject.toml
	@echo "Installing the dependencies into .venv ..."
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/runtime constraints-dev.txt
	@echo "Installing the development dependencies into .venv ..."
	@$(PIP) install --require-hashes -r constraints-dev.txt
	@touch $@

# The libraries with which hosts turn the schemas of tools into those of a model's API.
.venv/converters: .venv/dev constraints-converters.txt
	@echo "Installing the converters of tool schemas into .venv ..."
	@if $(PIP) install --require-hashes -r constraints-converters.txt; then touch $@; \
		else echo "The converters could not be installed: their tests are skipped." >&2; fi
