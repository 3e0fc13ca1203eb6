# `make` prints this help. Everything lives in .venv; nothing outside the folder is changed, except that
# `make test` installs Chromium and PostgreSQL with apt when they are missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_DATA ?= .demo
DEMO_PORT ?= 8000
PAGE := src/safelight/static/index.html
PAGE_SOURCES := $(shell git ls-files ui 2>/dev/null) hatch_build.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-system lint types page-checks unit chaos lock migration reference clean

help: ## What one can make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml requirements.lock
	@echo "Installing Safelight into $(VENV), which takes about a minute the first time ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(PAGE): $(PAGE_SOURCES) | $(VENV)/.installed
	@echo "Building the page, which takes half a minute ..."
	@$(BIN)/python hatch_build.py
	@touch $@

demo: $(VENV)/.installed $(PAGE) ## Start Safelight on http://localhost:8000 with real pictures and jobs
	@exec $(BIN)/safelight demo --data $(DEMO_DATA) --port $(DEMO_PORT)

test: $(VENV)/.installed test-system $(PAGE) ## Everything that CI checks
	@$(MAKE) --no-print-directory -j 2 lint types page-checks
	@$(MAKE) --no-print-directory unit

test-system: ## Install what the tests need from the system (Chromium, PostgreSQL)
	@./tests/system.sh

lint: $(VENV)/.installed ## Style and import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.installed ## mypy --strict
	$(BIN)/mypy

page-checks: $(PAGE) ## Lint, types and unit tests of the page
	$(BIN)/python hatch_build.py check

unit: $(VENV)/.installed $(PAGE) ## The tests in Python: store, runs, wire, browser
	$(BIN)/pytest -n 3

chaos: $(VENV)/.installed ## The fault tests in their long form, minutes: kill, fill, lock and restart everything
	$(BIN)/pytest tests/chaos tests/faults tests/store/test_machine.py -m "chaos or not chaos"

lock: ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header pyproject.toml --group dev -o requirements.lock

migration: $(VENV)/.installed ## Write a migration for a changed schema: make migration NAME=what-changed
	$(BIN)/python -m safelight.store.migrations $(NAME)

reference: $(VENV)/.installed ## Write docs/reference.md and the page's types anew from the code
	$(BIN)/python docs/write_reference.py
	$(BIN)/python ui/write_types.py

clean: ## Remove what was built and installed (not the demo's data)
	rm -rf $(VENV) ui/node_modules src/safelight/static dist .cache
