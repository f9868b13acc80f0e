# Two commands are the README's: `make demo` and `make test`. Both install what they need into .venv first.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help install demo test test-fast test-spark lint dev clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/.installed: pyproject.toml setup.py constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed. Install one, or say: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(BIN)/.installed-dev: $(BIN)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

install: $(BIN)/.installed ## Install the platform into .venv

demo: $(BIN)/.installed ## Simulate a listener and take the whole way from exports to top lists
	$(BIN)/spotify-platform demo

test: $(BIN)/.installed-dev ## Run every test this machine can run; names what it leaves out. ARGS="..." goes to pytest
	$(BIN)/python -m pytest -n auto $(ARGS)

test-fast: $(BIN)/.installed-dev ## The tests that are quick: no killed processes, servers, browser or whole lakes
	$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

test-spark: $(BIN)/.installed-dev ## The tests of all transforms again, computed by Spark (those against oracles take hours there)
	$(BIN)/python -m pytest -n auto --engine=spark -k "not oracle" spotify_platform_tests/transforms $(ARGS)

lint: $(BIN)/.installed-dev ## Ruff, types, import rules, Dagster definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	SPOTIFY_PLATFORM_HOME=$$(mktemp -d) PATH="$(abspath $(BIN)):$$PATH" $(BIN)/dg check defs

dev: $(BIN)/.installed ## Dagster with its UI, sensor and schedule on http://127.0.0.1:3000
	$(BIN)/spotify-platform dev

clean: ## Remove .venv and what tools left behind
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
