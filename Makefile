# Sala. `make` alone lists what there is to do.
# Needs: Python 3.11+ with venv, or uv; make; git. Everything else is installed into .venv.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
PY := $(VENV)/bin/python
export PYTHONDONTWRITEBYTECODE = 1

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

$(VENV)/.run-ready: requirements.txt deploy/environment
	@sh deploy/environment requirements.txt $(VENV)
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt deploy/environment
	@sh deploy/environment requirements-dev.txt $(VENV)
	@touch $@ $(VENV)/.run-ready

run: $(VENV)/.run-ready  ## set up and start everything (PORT, default 8000; SALA_VAR, default ./var); Ctrl-C stops it
	@exec $(PY) -m gateway.cli run

test: $(VENV)/.dev-ready  ## the tests, on SQLite, PostgreSQL and Valkey
	@$(PY) -m pytest

check: $(VENV)/.dev-ready  ## flows, texts, country packs, lint, types
	@$(PY) -m gateway.cli check
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

bench: $(VENV)/.dev-ready  ## speeds, as medians and ratios to a reference run in between
	@$(PY) -m bench

texts: $(VENV)/.dev-ready  ## collect the sentences into locales/messages.pot and update the translations
	@$(PY) -m gateway.cli texts

lock:  ## write the hashed locks anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-annotate --no-header --custom-compile-command "make lock" deploy/runtime.in -o requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-annotate --no-header -c requirements.txt deploy/dev.in -o requirements-dev.txt

.PHONY: help run test check bench texts lock
