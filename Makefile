# `make help` lists what there is. Python 3.11 or newer is all that must be there; everything else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.set-up
# Two tests at a time: each test process starts a PostgreSQL of its own.
PROCESSES ?= 2
QUIETLY := --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format proofs node browser pictures conformance coverage bench reader requirements clean

help:  ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(SETUP)  ## make .venv with everything that is pinned; again without effect

# The stamp is written last: a set-up that was interrupted is done again.
$(SETUP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install $(QUIETLY) --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install $(QUIETLY) --no-build-isolation --no-deps --editable .
	@touch $@

demo: setup  ## live one day of an invented city, then serve it
	$(BIN)/lims demo

test: lint  ## linters, types, import directions, and every test that takes seconds
	$(BIN)/pytest --numprocesses $(PROCESSES)

lint: setup  ## style, types, import directions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## put every file into the one style
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

proofs: setup  ## what was promised, proved at length (minutes)
	$(BIN)/pytest -m proof

# Without scripts: what is installed here is only read by node in tests.
node:  ## install the foreign readers and renderers that some tests ask (needs npm)
	npm ci --prefix tests/node --ignore-scripts --no-fund --no-audit --loglevel=error

browser: setup  ## pages in a real browser (needs Chromium)
	$(BIN)/pytest -m browser

pictures: setup  ## take the pictures of README and guides anew (needs Chromium)
	LIMS_PICTURES=docs/pictures $(BIN)/pytest -m browser tests/browser/test_pictures.py

conformance: setup  ## an outside client's day, where it lies beside the checkout
	$(BIN)/pytest -m conformance

coverage: setup  ## which lines the tests did not reach
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: setup  ## what things cost, three times each; writes the tables of docs/performance.md
	$(BIN)/python -m benchmarks

# Beside the other files of the pages: served, and kept by devices with them. Never needed by anything else here.
READER := lims/web/static/reader

reader:  ## install the reader for phones that cannot read codes themselves (optional, needs npm)
	npm ci --prefix reader --ignore-scripts --no-fund --no-audit --loglevel=error
	rm -rf $(READER)
	mkdir -p $(READER)/reader
	cp reader/node_modules/zxing-wasm/LICENSE reader/node_modules/zxing-wasm/dist/es/share.js reader/node_modules/zxing-wasm/dist/reader/zxing_reader.wasm $(READER)
	cp reader/node_modules/zxing-wasm/dist/es/reader/index.js $(READER)/reader

COMPILE := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

requirements: setup  ## pin the newest versions that pyproject.toml allows
	$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install $(QUIETLY) uv
	$(COMPILE) --upgrade pyproject.toml --output-file requirements.txt
	$(COMPILE) --upgrade pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove what was made here; data folders stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* test-artifacts
	find lims tests migrations benchmarks -name __pycache__ -prune -exec rm -rf {} +
