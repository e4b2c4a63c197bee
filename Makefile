# Needs nothing but make and Python 3.11 or later: `make PYTHON=python3.12 check` names another interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help check test lint fast docs notebooks clean

help:
	@echo "make check   install into $(VENV) and check Lemma B.2"
	@echo "make test    install everything into $(VENV); ruff, mypy and all tests, slow ones included"
	@echo "make lint    ruff and mypy alone"
	@echo "make fast    the tests without the slow ones"
	@echo "make docs    build the documentation site into build/docs"
	@echo "make notebooks   install what they need, run the notebooks and compare with what is stored"
	@echo "make clean   remove $(VENV) and the caches"

check: $(VENV)/core.stamp
	$(BIN)/adamproof check lemma B.2

test: lint
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check adamproof lemmas tests benchmarks docs notebooks
	$(BIN)/mypy

fast: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto -m "not slow"

docs: $(VENV)/dev.stamp
	$(BIN)/python -m sphinx -q -W -b html docs build/docs

notebooks: $(VENV)/notebooks.stamp
	$(BIN)/python notebooks/build.py --check

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "adamproof needs Python 3.11 or later, but '$(PYTHON)' is missing or older; try: make PYTHON=python3.11 ..." >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

# Editable, so that a change of a source file needs no new installation; a change of pyproject.toml does.
$(VENV)/core.stamp: $(VENV)/made.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/made.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/core.stamp

$(VENV)/notebooks.stamp: $(VENV)/made.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[notebooks]'
	touch $@ $(VENV)/core.stamp
