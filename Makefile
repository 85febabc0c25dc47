# `make help` explains every target. Everything is installed into .venv; nothing outside the checkout is changed,
# except that `make test` may install Debian's chromium when it runs as root and finds no browser.
PYTHON ?= python3.11
BIN := .venv/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all bench lint lock docs browser translations

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/ok ## create .venv with the junheng command and the test tools
.venv/ok: requirements/dev.txt pyproject.toml
	$(shell command -v $(PYTHON) || command -v python3) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: setup ## a believable county, served on http://127.0.0.1:8000
	$(BIN)/junheng demo --port $(PORT)

test: setup lint browser ## run the tests (brings PostgreSQL and a browser)
	JUNHENG_TEST_BROWSER="$$(scripts/browser.sh)" $(BIN)/python -m pytest

test-all: setup lint browser ## run the exhaustive tests too
	JUNHENG_TEST_BROWSER="$$(scripts/browser.sh)" $(BIN)/python -m pytest -m ''

browser: setup
	@scripts/browser.sh >/dev/null

bench: setup ## run the benchmarks and print ratios
	$(BIN)/python -m bench

lint: setup ## ruff check, ruff format, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: setup ## write the generated parts of docs/ anew
	$(BIN)/python -m evaluation.documents docs
	$(BIN)/python scripts/commands.py

# Extras stay in the lock files: pip before 23.3 looks for a newer, unhashed release of a package that is asked for with one.
lock: setup ## resolve requirements/*.in into hashed lock files
	for part in run dev; do $(BIN)/uv pip compile --generate-hashes --no-emit-index-url --no-header --no-annotate --no-strip-extras \
	  --python-version 3.11 --upgrade requirements/$$part.in -o requirements/$$part.txt; done

translations: setup ## take the pages' texts into the English catalogue and compile it
	$(BIN)/python scripts/translations.py
