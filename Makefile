# One command per task; each builds the environment it needs in .venv, once.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-long test-tryton check bench lock migration clean

PYTHON := $(shell for python in python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)
TEST_PROCESSES ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() or 1)')
IN_PARALLEL := -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder
BENCHMARKS := delivery forecast overlay signal transfers
TRYTON_MODULE := adapters/erp/tryton/pegline_reference
COMPILE := var/uv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links --no-annotate

help: ## show this list
	@awk -F ':.*## ' '/^[a-z<>-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/runtime ## set up, load the demo's data, serve it on 127.0.0.1:8000; Ctrl-C stops it
	@exec .venv/bin/replenish demo

test: check ## check, then all tests but the long ones
	.venv/bin/python -m pytest $(IN_PARALLEL)

test-long: .venv/development ## the tests that take minutes, such as make run in an empty folder
	.venv/bin/python -m pytest -m long

test-tryton: .venv/development .venv-tryton/installed ## the tests that talk to a real Tryton
	.venv/bin/python -m pytest $(IN_PARALLEL) -m tryton tests/tryton

check: .venv/development ## format, lint, types, architecture
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

bench: $(BENCHMARKS:%=bench-%) ## all benchmarks; figures go to var/bench
bench-<name>: ## one benchmark, such as bench-signal

bench-%: .venv/development
	@mkdir -p var/bench
	@rm -f var/bench/$*.json
	.venv/bin/python -m tests.benchmarks.$(subst -,_,$*)
	@cat var/bench/$*.json

migration: .venv/development ## draft a revision from the tables: make migration message="add a column"
	.venv/bin/python -m tests.service.schema "$(message)"

lock: ## write the lock files after a change in what they lock (remove them first to upgrade all)
	@rm -rf var/uv
	$(PYTHON) -m venv var/uv
	var/uv/bin/python -m pip install --quiet uv
	$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --output-file requirements-tryton.lock requirements-tryton.in
	@rm -rf var/uv

clean: ## remove the environments and all caches; var/data stays
	rm -rf .venv .venv-tryton dist var/bench var/tryton var/uv .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Pegline needs Python 3.11 or newer on the PATH." >&2; exit 1; }
	@echo "Making .venv; only the first time takes long."
	@$(call environment,.venv)

.venv-tryton/bin/python:
	@$(call environment,.venv-tryton)

environment = $(PYTHON) -m venv $(1) 2>/dev/null || $(PYTHON) -m venv --clear --without-pip $(1)

# Debian's Python may lack ensurepip; then the system's pip works on the environment from outside.
define pip
	if test -x $(1)/bin/pip; then pip="$(1)/bin/python -m pip"; \
	else pip="$(PYTHON) -m pip --python $(1)/bin/python"; fi; \
	set -e; export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
endef

define install
	@$(call pip,.venv); \
	test -e .venv/runtime -o -e .venv/development && quiet=--quiet || quiet=; \
	$$pip install $$quiet --require-hashes --requirement $(1); \
	$$pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(call install,requirements.lock)

.venv/development: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(call install,requirements-dev.lock)

# Our module is installed as an administrator does it, from its folder and not editable.
.venv-tryton/installed: requirements-tryton.lock $(wildcard $(TRYTON_MODULE)/*.*) | .venv-tryton/bin/python
	@echo "Installing Tryton for the tests; only the first time takes long."
	@$(call pip,.venv-tryton); \
	$$pip install --quiet --require-hashes --requirement requirements-tryton.lock; \
	$$pip install --quiet --no-deps --no-build-isolation --force-reinstall ./$(TRYTON_MODULE)
	@touch $@
