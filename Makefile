# One command per task; each builds the environment it needs in .venv, once.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-long check bench lock migration clean

PYTHON := $(shell for python in python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)
# One more than there are cores: tests wait for processes of the product and for undo windows.
TEST_PROCESSES ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
BENCHMARKS := delivery forecast overlay signal transfers
COMPILE := var/uv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links --no-annotate

help: ## show this list
	@awk -F ':.*## ' '/^[a-z<>-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/runtime ## set up, load the demo's data, serve it on 127.0.0.1:8000; Ctrl-C stops it
	@exec .venv/bin/replenish demo

test: check ## check, then all tests but the long ones
	.venv/bin/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

test-long: .venv/development ## the tests that take minutes, such as make run in an empty folder
	.venv/bin/python -m pytest -m long

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

lock: ## write both lock files after a change in pyproject.toml (remove them first to upgrade all)
	@rm -rf var/uv
	$(PYTHON) -m venv var/uv
	var/uv/bin/python -m pip install --quiet uv
	$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
	@rm -rf var/uv

clean: ## remove the environment and all caches; var/data stays
	rm -rf .venv dist var/bench var/uv .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Pegline needs Python 3.11 or newer on the PATH." >&2; exit 1; }
	@echo "Making .venv; only the first time takes long."
	@$(PYTHON) -m venv .venv 2>/dev/null || $(PYTHON) -m venv --clear --without-pip .venv

# Debian's Python may lack ensurepip; then the system's pip works on .venv from outside.
define install
	@if test -x .venv/bin/pip; then pip=".venv/bin/python -m pip"; \
	else pip="$(PYTHON) -m pip --python .venv/bin/python"; fi; \
	set -e; export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore; \
	test -e .venv/runtime -o -e .venv/development && quiet=--quiet || quiet=; \
	$$pip install $$quiet --require-hashes --requirement $(1); \
	$$pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(call install,requirements.lock)

.venv/development: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(call install,requirements-dev.lock)
