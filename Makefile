# Redress. `make run` starts the demo, `make test` runs everything that the continuous integration runs.
# Needs Python 3.11 or newer with venv; everything else is installed into .venv and node_modules.

PORT ?= 8000
WORKERS ?= 2
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

BIN := .venv/bin
DONE := .venv/.done
VENDOR := api/web/assets/vendor
NPM = $(shell command -v npm >/dev/null 2>&1 && echo npm || echo 'env PATH="$(CURDIR)/$(BIN):$(PATH)" npm')
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--no-emit-options --no-annotate --no-header --strip-extras --allow-unsafe
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input

.DEFAULT_GOAL := install
.PHONY: install dev assets run browser check rules secrets audit lint test test-full format lock clean

install: $(DONE)/project assets ## environment in .venv, assets of the pages

dev: $(DONE)/dev install

assets: $(VENDOR)/.done

run: install ## the demo, on http://127.0.0.1:$(PORT)
	PORT=$(PORT) $(BIN)/redress demo run

# --- checks -----------------------------------------------------------------------------------------------------------

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports

check: lint secrets rules audit ## lint, types, contracts, house rules, secrets, known holes of dependencies

rules: dev ## house rules
	$(BIN)/pytest tests/architecture

secrets: dev ## what looks like a secret, in every file of the repository
	$(BIN)/python -m tests.audit.secret_scan

# Error 1: a dependency has a known hole. Error 69: the advisories could not be read, and nothing is known.
audit: dev
	$(BIN)/python -m tests.audit.dependency_audit

test: lint secrets browser ## everything, the matrix pairwise
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

test-full: lint secrets browser ## every combination and the long runs
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --full

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# As root the browser is installed; otherwise the browser tests say what to install.
browser: dev
	@if ! command -v chromium >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "installing Chromium for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; fi

# --- the environment --------------------------------------------------------------------------------------------------

$(DONE)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install python3 and python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make an environment: install python3-venv (Debian: apt-get install python3-venv)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@mkdir -p $(DONE) && touch $@

$(DONE)/runtime: requirements.lock $(DONE)/venv
	$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(DONE)/project: pyproject.toml $(DONE)/runtime
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/runtime
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# --- the assets of the pages ------------------------------------------------------------------------------------------

# Only a machine without Node takes it from pip.
$(DONE)/node: requirements-node.lock $(DONE)/venv
	@command -v npm >/dev/null 2>&1 || $(PIP) --require-hashes -r requirements-node.lock
	@touch $@

node_modules/.done: package-lock.json .npmrc $(DONE)/node
	$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENDOR)/.done: node_modules/.done Makefile
	@rm -rf $(VENDOR) && mkdir -p $(VENDOR)/bpmn-js $(VENDOR)/htmx
	cp -R node_modules/bpmn-js/dist/bpmn-navigated-viewer.production.min.js node_modules/bpmn-js/dist/assets/. \
		node_modules/bpmn-js/LICENSE $(VENDOR)/bpmn-js
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/LICENSE $(VENDOR)/htmx
	@touch $@

# --- rarely -----------------------------------------------------------------------------------------------------------

lock: $(DONE)/dev ## pins and hashes anew, after a change of pyproject.toml or package.json
	@mkdir -p build && $(BIN)/python -c "import pathlib, tomllib; \
	print(*tomllib.loads(pathlib.Path('pyproject.toml').read_text())['dependency-groups']['dev'], sep='\n')" > build/dev.in
	$(LOCK) --build-deps-for editable --output-file requirements.lock pyproject.toml
	$(LOCK) --constraint requirements.lock --output-file requirements-dev.lock build/dev.in
	$(LOCK) --output-file requirements-node.lock requirements-node.in
	$(NPM) install --package-lock-only --ignore-scripts --no-audit --no-fund

clean: ## what make made; never var/, where the data is
	rm -rf .venv node_modules $(VENDOR) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
