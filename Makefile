# One command each; `.venv` holds everything. A step whose inputs are unchanged is not repeated.
#
#   make run      install what is needed, run China's car industry and write the report
#   make test     the fast tests
#   make check    format, lint, types and the fast tests
#   make slow     the slow statistical tests
#   make faults   files and command lines from strangers, made at random: FAULTS_MINUTES=2 (each), FAULTS_SEED=1
#   make format   put the code into the house format
#   make lock     choose the pinned versions anew
#   make clean    remove the environment and everything that tools left behind

VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/made
RUN_ARGS ?=

# The first interpreter that runs and that the package supports; name another with `make PYTHON=...`.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUPPORTED)' 2>/dev/null && echo $$python && break; done)

# uv installs several times as fast as pip, which installs it first; where uv cannot run, pip does the rest, too.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLER = $(if $(wildcard $(BIN)/uv),$(BIN)/uv pip install --quiet --python $(BIN)/python,$(PIP) install)
PINNED = $(INSTALLER) --require-hashes --only-binary :all:

.PHONY: run test slow faults check format lock clean
.DEFAULT_GOAL := run

run: $(MADE)/package
	$(BIN)/latecomer run china-auto $(RUN_ARGS)

test: $(MADE)/tools
	$(BIN)/python -m pytest -m "not slow" --numprocesses logical --dist worksteal

slow: $(MADE)/tools
	$(BIN)/python -m pytest -m slow

faults: export FAULTS_MINUTES ?= 2
faults: export FAULTS_SEED ?= 1
faults: $(MADE)/tools
	$(BIN)/python tests/faults/mutations.py
	$(BIN)/python -m pytest tests/faults/test_command_lines.py

check: $(MADE)/tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow" --numprocesses logical --dist worksteal

format: $(MADE)/tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --upgrade \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

lock: $(MADE)/environment
	echo uv | $(BIN)/$(LOCK) - --output-file requirements-uv.txt
	$(BIN)/$(LOCK) pyproject.toml --group build --output-file requirements.txt
	$(BIN)/$(LOCK) pyproject.toml --group build --all-extras --constraint requirements.txt \
		--output-file requirements-dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis dist
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE)/environment:
	@test -n "$(PYTHON)" || { echo "Latecomer needs Python 3.11, 3.12 or 3.13; name it: make PYTHON=..." >&2; exit 2; }
	@echo "Making the environment $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-uv.txt && $(BIN)/uv --version >/dev/null \
		|| { rm -f $(BIN)/uv; echo "uv cannot be used here; pip installs the packages, which takes a minute longer"; }
	@mkdir -p $(MADE) && touch $@

$(MADE)/requirements: requirements.txt | $(MADE)/environment
	@echo "Installing the pinned packages of requirements.txt"
	@$(PINNED) -r requirements.txt
	@touch $@

$(MADE)/package: pyproject.toml $(MADE)/requirements
	@$(INSTALLER) --no-deps --no-build-isolation --editable .
	@touch $@

$(MADE)/tools: requirements-dev.txt $(MADE)/package
	@echo "Installing the pinned packages of requirements-dev.txt"
	@$(PINNED) -r requirements-dev.txt
	@touch $@
