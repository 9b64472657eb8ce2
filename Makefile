# make demo: set everything up, then index, search, sort and map a text that comes with semascope.
# make test: set everything up, then lint, check types and run all tests, in a browser too.
# make explorer: build the page that semascope open serves; demo and test do so where it has changed.
# make faults: kill, damage and starve collections, and see what is left; needs Linux and strace.
# make bench: make the tables of benchmarks/README.md again, beside peers that it installs; some of
#   them with make bench ONLY="encode cold".

PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
SCRIPTS := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
BIN := $(VENV)/$(SCRIPTS)
PAGE := src/semascope/explorer/built/index.html
PAGE_SOURCES := $(wildcard explorer/*.* explorer/src explorer/src/* explorer/src/*/* explorer/src/*/*/*)

.PHONY: demo test explorer faults bench lint clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed $(PAGE)
	$(BIN)/semascope demo demo

test: lint $(PAGE)
	$(BIN)/python scripts/build_explorer.py test
	$(BIN)/python scripts/get_browser.py
	$(BIN)/python -m pytest

explorer: $(PAGE)

faults: $(VENV)/installed-dev
	$(BIN)/python faults/kills.py
	$(BIN)/python faults/damage.py
	$(BIN)/python faults/limits.py

bench: $(BENCH)/installed $(PAGE)
	$(BENCH)/$(SCRIPTS)/python benchmarks/bench.py $(ONLY)

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "semascope needs Python 3.11 or later: install one and say make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "This Python lacks its venv module: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'  # the first that reads dependency groups
	@touch $@

$(VENV)/installed: $(VENV)/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-explorer: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group explorer
	@touch $@

$(PAGE): $(PAGE_SOURCES) scripts/build_explorer.py $(VENV)/installed-explorer
	$(BIN)/python scripts/build_explorer.py

$(VENV)/installed-dev: $(VENV)/installed-explorer
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

$(BENCH)/installed: $(VENV)/pip pyproject.toml
	$(BIN)/python -m venv $(BENCH)
	$(BIN)/python -m pip --python $(BENCH) install --quiet --editable . --group bench
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH) benchmarks/inputs demo explorer/node_modules $(dir $(PAGE))
