# Two commands do everything on a machine that has Python, make and a network: `make demo` and `make test`.
# PYTHON=/path/to/python3 chooses the interpreter; everything is installed into .venv of this folder, nothing outside it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

RECENT := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(RECENT)' >/dev/null 2>&1 && { echo $$name; break; }; done)
PROCESSES ?= auto

# Programs of the system that tests hold the toolkit against, and the packages that bring them; with Xvfb, a screen that
# nobody sees, come the libraries of X, fonts and software OpenGL that Qt wants. Debian keeps initdb, of the server that
# tests of the score book start, out of the PATH. Orthanc is the PACS of the tests.
TOOLS := dciodvfy dcmdump Xvfb initdb Orthanc
PACKAGES := dicom3tools dcmtk orthanc orthanc-dicomweb postgresql xvfb fontconfig fonts-dejavu-core fonts-wqy-microhei libdbus-1-3 libegl1 libgl1 libgl1-mesa-dri libglib2.0-0 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 \
	libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0
# A library that Xvfb does not bring along, by which to tell that the packages are there.
LIBRARY := libxcb-cursor.so.0

.PHONY: help demo test system tools lint format types contracts docs room screenshots pictures accuracy bench scale clean

help: ## Say what can be made
	@echo 'make TARGET, where TARGET is:'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo: $(VENV)/.installed ## Run the main job on the bundled scans
	@$(BIN)/kazerooni demo

test: tools lint types contracts docs ## Check everything: lint, types, import contracts, docs, tests with coverage
	@$(BIN)/python -m pytest -n $(PROCESSES) --cov --cov-report=term
	@$(MAKE) --no-print-directory room

room: $(VENV)/.room ## Test the reading room, the plugin of napari
	@COVERAGE_FILE=.coverage.room $(BIN)/python -m pytest -c plugins/napari-kazerooni/pyproject.toml --rootdir=. \
		-n $(PROCESSES) --dist=worksteal --cov --cov-config=plugins/napari-kazerooni/pyproject.toml --cov-report=term tests/plugins

system: ## Install the programs of the system that tests use (Debian, Ubuntu)
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(PACKAGES)

# As `system`, where something is missing and it may be installed; otherwise says how.
tools:
	@for tool in $(TOOLS) $(LIBRARY); do \
		{ command -v $$tool || ls /usr/lib/postgresql/*/bin/$$tool 2>/dev/null || ldconfig -p 2>/dev/null | grep -F $$tool; } >/dev/null && continue; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			$(MAKE) --no-print-directory system || echo 'That failed; without $(PACKAGES) some tests are skipped.'; \
		else echo "Some tests need $(PACKAGES). To install them: sudo apt-get install $(PACKAGES)"; fi; \
		break; \
	done

lint: $(VENV)/.installed ## Check format and style
	$(BIN)/ruff format --check
	$(BIN)/ruff check

format: $(VENV)/.installed ## Format, and repair what can be repaired without thinking
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

types: $(VENV)/.installed ## Check types
	$(BIN)/mypy

contracts: $(VENV)/.installed ## Check who may import whom
	$(BIN)/lint-imports

docs: $(VENV)/.installed ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -q -b html -d docs/_build/doctrees docs docs/_build/html

screenshots: $(VENV)/.room ## Take the pictures of the reading room that the documentation shows
	$(BIN)/python docs/screenshots.py

pictures: $(VENV)/.installed ## Take the picture of the difference report that the documentation shows
	$(BIN)/python -m docs.pictures

accuracy: $(VENV)/.installed ## Measure how well lungs and lobes are found, and write the table of the docs
	$(BIN)/python -m tests.accuracy --write

bench: $(VENV)/.bench ## Measure speed and memory against other programs
	$(BIN)/python -m tests.benchmarks

scale: $(VENV)/.bench ## Measure what archives cost, up to 100,000 series, for the docs
	$(BIN)/python -m tests.benchmarks --only archive,again,rescore,maps,draft30,draft,workers --json $(VENV)/archives.json
	$(BIN)/python -m tests.benchmarks.sizing $(VENV)/archives.json docs/explanations/archive-costs.json
	$(BIN)/python -m tests.benchmarks.scale --figures docs/explanations/archive-scale.json --plot docs/images/archive-scale.png

clean: ## Remove everything that was made, .venv too
	rm -rf $(VENV) docs/_build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find kazerooni plugins tests sample_scans docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] || { echo 'No Python 3.11 or later with venv was found: install one (Debian, Ubuntu: apt-get install' \
		'python3 python3-venv), or name it: make PYTHON=/path/to/python3'; exit 1; }
	@"$(PYTHON)" -c '$(RECENT)' || { echo 'PYTHON=$(PYTHON): Python 3.11 or later with venv is wanted'; exit 1; }
	[ -x $(BIN)/python ] || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

# napari and a Qt binding are for tests of the plugin only; a user chooses the binding (PySide6 here: LGPL).
$(VENV)/.room: $(VENV)/.installed plugins/napari-kazerooni/pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e 'plugins/napari-kazerooni[test]'
	@touch $@

# The reading room is measured too, so its tests' napari is needed.
$(VENV)/.bench: $(VENV)/.room
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test,bench]'
	@touch $@
