# make run    the chat in the browser, over the documents in corpus/
# make test   every check and test
# make bench  this project beside its peers (benchmarks/README.md); bench-all: on all pages too
PYTHON ?= python3
PORT ?= 8501
DATA ?= ../shared/data
BENCH ?= .bench
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run setup setup-dev test test-pages test-rest lint format reader bench bench-all clean

run: setup
	$(BIN)/python -m rag sync corpus
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

setup: $(VENV)/installed
setup-dev: $(VENV)/installed-dev

# One stamp for each list: a second run installs nothing.
$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Footnote needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The pages and all the rest side by side: pages mostly wait for a browser.
test: setup-dev lint
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-pages test-rest

test-pages: setup-dev
	$(BIN)/python -m pytest tests/browser

test-rest: setup-dev
	$(BIN)/python -m pytest --ignore tests/browser --cov --cov-report=term:skip-covered

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Trains the reader from ../shared/data/reader; goes on from its last checkpoint. Takes hours.
reader: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
	$(BIN)/python -m training.train --out training/runs/reader
	$(BIN)/python -m training.export training/runs/reader/reader.pt --out training/runs/export
	$(BIN)/python -m training.measure training/runs/export
	$(BIN)/python -m rag sync corpus --index training/runs/library
	$(BIN)/python -m training.calibrate --reader training/runs/export --library training/runs/library \
	  --questions tests/evaluation/dev/questions.jsonl

# Goes on from the last step that was done; remove $(BENCH)/steps to begin anew.
bench: setup
	$(BIN)/python -m benchmarks.side_by_side.measure --data $(DATA) --folder $(BENCH) $(MEASURE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BIN)/python -m benchmarks.side_by_side.report $(BENCH)/results.json

bench-all:
	$(MAKE) --no-print-directory bench MEASURE=--all

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
