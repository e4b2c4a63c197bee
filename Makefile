# Needs nothing but make and Python 3.11 or later: `make PYTHON=python3.12 check` names another interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Hundreds of processes import the same modules: each would compile them anew where Python is told to keep no bytecode.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help check test lint fast lowest newest upgrade docs notebooks stored clean

# A second environment, with the lowest release of everything that pyproject.toml names.
LOWEST := build/lowest
# Its Python: that of $(VENV) where that is a 3.11.
ELEVEN = $$($(BIN)/python -c 'import sys; print(sys.executable if sys.version_info[:2] == (3, 11) else "3.11")')
# uv does not read pip's configuration: where pip has an index of its own, uv is given it, and else it has PyPI.
INDEX = $(BIN)/python -m pip config get global.index-url 2> /dev/null || echo https://pypi.org/simple
UV = UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(INDEX))}}" $(BIN)/uv
# The main job, and for each package the fast tests that use it.
TOUCHED := tests/project/test_dependencies.py \
	tests/audit/test_tensorboard.py \
	tests/cli/test_cli.py::test_check_b2 \
	tests/bounds/test_plots.py \
	tests/experiments/test_statistics.py \
	tests/executors/test_executors.py::test_dask \
	tests/crosscheck/test_smt.py::test_the_steps_of_b2_stand_and_their_opposites_do_not \
	tests/notebooks/test_notebooks.py::test_the_stored_cells_are_those_of_the_source \
	tests/project/test_site.py::test_the_site_is_built_without_a_warning \
	tests/simulator/test_engines.py::test_numba_agrees_over_several_spans_on_any_number_of_threads \
	tests/simulator/test_run.py::test_the_digits

help:
	@echo "make check   install into $(VENV) and check Lemma B.2"
	@echo "make test    install everything into $(VENV); ruff, mypy and all tests, slow ones included"
	@echo "make lint    ruff and mypy alone"
	@echo "make fast    the tests without the slow ones"
	@echo "make lowest  the lowest version of everything, on Python 3.11, and fast tests with it"
	@echo "make newest  bring $(VENV) to the newest versions, then make test"
	@echo "make docs    build the documentation site into build/docs"
	@echo "make notebooks   install what they need, run the notebooks and compare with what is stored"
	@echo "make stored  write anew what is compiled from the lemmas: formulas, exponents, digests of statements"
	@echo "make clean   remove $(VENV) and the caches"

check: $(VENV)/core.stamp
	$(BIN)/adamproof check lemma B.2

# One test at a time to each process, the longest first (tests/timing.py), so that none is left with many at the end.
TESTS := $(BIN)/python -m pytest -n auto --maxschedchunk 1

test: lint
	$(TESTS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check adamproof lemmas tests benchmarks docs notebooks
	$(BIN)/mypy

fast: $(VENV)/dev.stamp
	$(TESTS) -m "not slow"

lowest: $(LOWEST)/made.stamp
	ADAMPROOF_VERSIONS=lowest $(LOWEST)/bin/python -m pytest -q -p no:cacheprovider -n 2 $(TOUCHED)

# A new $(VENV) has the newest versions anyway, as `pip install` takes them.
newest: upgrade
	$(MAKE) --no-print-directory test

upgrade: $(VENV)/dev.stamp
	$(UV) pip install --quiet --python $(BIN)/python --upgrade --editable '.[all]' --group dev --group audited

docs: $(VENV)/dev.stamp
	$(BIN)/python -m sphinx -q -W -b html docs build/docs
	@echo "the site begins at build/docs/index.html; it needs no network"

notebooks: $(VENV)/notebooks.stamp
	$(BIN)/python notebooks/build.py --check

stored: $(VENV)/dev.stamp
	for module in checking.stating checking.near_recording claims.compiling bounds.theorems.compiling; do \
		$(BIN)/python -m adamproof.$$module || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "adamproof needs Python 3.11 or later, but '$(PYTHON)' is missing or older; try: make PYTHON=python3.11 ..." >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

# Editable, so that a change of a source file needs no new installation; a change of pyproject.toml does.  Python
# compiles what it imports; compiling all of SymPy beforehand takes as long as the rest.
$(VENV)/core.stamp: $(VENV)/made.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable .
	touch $@

# uv installs the many packages of the extras in a fraction of pip's time.
$(BIN)/uv: $(VENV)/made.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	touch $@

$(VENV)/dev.stamp: $(BIN)/uv pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --editable '.[all]' --group dev --group audited
	touch $@ $(VENV)/core.stamp

$(VENV)/notebooks.stamp: $(BIN)/uv pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --editable '.[notebooks]'
	touch $@ $(VENV)/core.stamp

$(LOWEST)/made.stamp: $(VENV)/dev.stamp pyproject.toml
	@$(UV) python find --quiet $(ELEVEN) > /dev/null || { \
		echo "the lowest versions are for Python 3.11, which is not on this machine" >&2; exit 1; }
	rm -rf $(LOWEST)
	$(UV) venv --quiet --python $(ELEVEN) $(LOWEST)
	$(UV) pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable '.[all,notebooks]' --group dev
	touch $@
