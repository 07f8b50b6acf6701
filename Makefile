# Everything a developer does, by name. `make` alone prints this list.
# Each target sets up what it needs from Debian 12 with Python 3.11, make and git; a second run finds it done.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

# The tests start the program some hundreds of times: its modules are compiled once, also where the environment says not to keep that.
export PYTHONDONTWRITEBYTECODE :=

# Tests are shared out by file: what a file's tests have in common is started once. In the order of the folders, in which the
# browser's few and long tests come first: left to the end, one core would wait for the other.
BOTH_CORES := -n 2 --dist loadfile --no-loadscope-reorder

# What only widens what can be read in files: text in scanned pages, in both languages.
OPTIONAL_PACKAGES := tesseract-ocr tesseract-ocr-ara
# What the tests need from Debian: a browser for the journeys, a PostgreSQL server for the second engine, an S3 server that
# checks signatures, a tracer that shows what reached the disk, and a reader of scanned pages in both languages.
TEST_PACKAGES := chromium-headless-shell postgresql memcached swift-account swift-container swift-object swift-proxy strace $(OPTIONAL_PACKAGES)
# What only `make soak` needs: the proxy in front of several servers.
SOAK_PACKAGES := nginx-light

.PHONY: help install demo serve check test soak format lock screens static venv-dev test-packages

##@ Use it
install: $(VENV)/.runtime ## Make .venv with everything the demonstration and the server need
	@$(BIN)/python -I -c "from service.web.environment import compile_templates; compile_templates()"
	@scripts/debian-packages --suggest $(OPTIONAL_PACKAGES)

demo: $(VENV)/.runtime ## Run a whole competition on real files, then serve it (ARGS="--phase judging", "--headless", ...)
	@$(BIN)/tahkim demo $(ARGS)

serve: $(VENV)/.runtime ## Serve the installation in ./tahkim-data (ARGS="--data DIR", ...)
	@$(BIN)/tahkim serve $(ARGS)

##@ Change it
check: static ## Format, lint, types, import contracts and the quick tests: SQLite only, no browser, no S3 server
	$(BIN)/pytest $(BOTH_CORES) --engine sqlite -m "not browser and not s3 and not soak and not long" --ignore=tests/faults $(ARGS)

test: test-packages static ## All of `make check`, and the browser, S3 and fault tests: what CI runs
	$(BIN)/pytest $(BOTH_CORES) -m "not soak" $(ARGS)

soak: test-packages venv-dev ## What takes long: load, every kill point, sizes
	@scripts/debian-packages $(SOAK_PACKAGES)
	$(BIN)/pytest -m soak $(ARGS)

format: venv-dev ## Put the code in the house's form and mend what can be mended by rule
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

##@ Keep it
lock: $(VENV)/.runtime ## Resolve pyproject.toml again into requirements.lock and requirements-dev.lock
	$(BIN)/python scripts/lock.py

screens: test-packages venv-dev ## Take the pictures of docs/screens from the demonstration
	$(BIN)/python scripts/screens.py $(ARGS)

help:
	@awk 'BEGIN {FS = ":.*## "; print "make TARGET [ARGS=\"...\"]"} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- set-up, each step stamped inside .venv so that it is done once

static: venv-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

venv-dev: $(VENV)/.dev

test-packages:
	@scripts/debian-packages $(TEST_PACKAGES)

$(BIN)/python:
	@scripts/make-venv "$(PYTHON)" "$(VENV)"

$(VENV)/.runtime: $(BIN)/python requirements.lock pyproject.toml
	@echo "Installing what the program needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-dev.lock
	@touch $@
