# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
# Each target sets up .venv with only what it needs, and reuses it after.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
DATA ?= digits
FUZZ_SECONDS ?= 60
LIGHTHOUSE := 12.8.2
COURSE_ZIP := site/get/adversarial-images.zip
ZIPPED = $(shell find course autograder solutions assignments constraints.txt -name __pycache__ -prune -o -type f -print)
export NO_MKDOCS_2_WARNING := 1
# Tests run side by side, one thread each: more would wait for each other.
# Programs of this repository find its corpora and one another.
PROGRAM := PYTHONPATH=.:tests:tools $(BIN)/python
TESTS := OMP_NUM_THREADS=1 $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-torch wheel sbom test-levels lint format site pages slides book lighthouse speed-site serve notebooks reproduce proof mutate scoreboard fuzz constraints benchmarks peers speed sizing clean

help:  ## what each target does
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.instructor $(VENV)/.site  ## build the course, grade a sample class, build the site
	$(PROGRAM) tools/demo.py --out build/demo
	@# Again only after a change: that takes as long as a third of the class.
	@test -f build/.site && test -z "$$(find . -name '.?*' -prune -o -path ./build -prune \
	  -o -name __pycache__ -prune -o -type f -newer build/.site -print -quit)" \
	  || $(MAKE) --no-print-directory pages
	@echo
	@echo "Marks      build/demo/grades.csv"
	@echo "Feedback   build/demo/feedback/index.html"
	@echo "Site       build/site/index.html  (make serve opens it at http://127.0.0.1:8000)"

test: $(VENV)/.test  ## the fast suite; with COURSE_DATA set also the tests on real MNIST
	$(TESTS) -n 2 --dist worksteal -m "not slow and not browser" $(ARGS)

test-all: $(VENV)/.test  ## everything but the browser, the slow tests too
	$(TESTS) -n 2 --dist worksteal -m "not browser" $(ARGS)

test-site: $(VENV)/.test $(VENV)/.browser  ## the site in Chromium: widths, colours, barriers, playground
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	  echo "Chromium is missing. On Debian: sudo apt install chromium" >&2; exit 1; }
	$(TESTS) -n 2 -m "browser or slow" $(ARGS) tests/site

lighthouse: $(VENV)/.site  ## Lighthouse's marks of five pages (needs Node; quiet machine)
	@command -v npm >/dev/null || { \
	  echo "Node is missing. On Debian: sudo apt install npm (Lighthouse needs Node 18 or newer)" >&2; exit 1; }
	@test -x build/lighthouse/node_modules/.bin/lighthouse || \
	  npm install --silent --no-audit --no-fund --prefix build/lighthouse lighthouse@$(LIGHTHOUSE)
	$(PROGRAM) tools/lighthouse.py $(ARGS)

test-torch: $(VENV)/.base  ## reference answers on the oldest, our and the newest PyTorch (downloads GB)
	$(PIP) install --quiet uv
	OMP_NUM_THREADS=1 $(PROGRAM) tools/torch_range.py $(ARGS)

test-levels: $(VENV)/.test  ## as root: one class at strong and medium, as root and as a user
	$(PROGRAM) tools/levels.py

lint: $(VENV)/.lint $(VENV)/.test  ## ruff (lint and format), mypy and spelling
	$(BIN)/codespell
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.lint  ## let ruff put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

site: $(COURSE_ZIP) pages  ## the course site with its zip, in build/site; INSTRUCTOR=1 adds exams and answers
	$(if $(REPO_URL),$(PROGRAM) tools/colab.py --repository $(REPO_URL))

# Pages link to the zip where it is there.
pages: $(VENV)/.site
	$(BIN)/mkdocs build --strict --quiet
	@touch build/.site

# The first one trains networks for minutes; the next ones read them from the cache.
$(COURSE_ZIP): $(VENV)/.instructor $(ZIPPED)
	OMP_NUM_THREADS=1 $(BIN)/autograder bundle --self-study --out $@

slides: $(VENV)/.site  ## slides of the lectures, in build/slides; ARGS=--pdf prints them too
	$(PROGRAM) tools/slides.py $(ARGS)

book: $(VENV)/.site  ## the course as one page for print, in build/book; ARGS=--pdf prints it
	$(PROGRAM) tools/book.py $(ARGS)

serve: $(VENV)/.site  ## the course site at http://127.0.0.1:8000, rebuilt as you write
	$(BIN)/mkdocs serve --strict

notebooks: $(VENV)/.instructor  ## build the notebooks and their pages from the authored text
	$(BIN)/autograder build

benchmarks: $(VENV)/.test  ## speed, as ratios within one run
	$(BIN)/python benchmarks/attacks.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/grading.py

speed-site: $(VENV)/.test $(VENV)/.browser  ## how fast the playground is in Chromium
	$(PROGRAM) benchmarks/playground.py

reproduce: $(VENV)/.test  ## run the published reports again (MNIST in COURSE_DATA, about an hour)
	$(BIN)/course reproduce all
	$(BIN)/course figures

proof: $(VENV)/.test  ## grade every attack, wrong and right answer; ARGS=--resume goes on
	$(PROGRAM) tests/proof.py $(ARGS)
	$(PROGRAM) tools/proof_page.py

mutate: $(VENV)/.test  ## change the reference answers by rule and grade each (hours; ARGS=--resume goes on)
	OMP_NUM_THREADS=1 $(PROGRAM) tools/mutate.py $(ARGS)

scoreboard: $(VENV)/.test  ## hand the same files in to plain nbgrader (hours; can be stopped)
	$(PROGRAM) tests/scoreboard/run.py $(ARGS)
	$(PROGRAM) tools/proof_page.py

fuzz: $(VENV)/.test $(VENV)/.fuzz  ## fuzz what reads bytes from outside, for FUZZ_SECONDS
	$(PROGRAM) tools/fuzz_readers.py --seconds $(FUZZ_SECONDS) $(ARGS)

sizing: $(VENV)/.test  ## measure what grading costs here, and write the site's page on it (quiet machine)
	$(BIN)/python benchmarks/grading.py --keep $(ARGS)
	$(BIN)/python benchmarks/sizing.py

peers: $(VENV)/.test  ## install the libraries that attacks are compared with, in build/peers (downloads GB)
	$(BIN)/python benchmarks/attacks.py --set-up

speed: $(VENV)/.test  ## measure the speed beside others, and write the site's page on it (MNIST; quiet machine)
	$(BIN)/python benchmarks/attacks.py --keep
	$(BIN)/python benchmarks/training.py --keep
	$(BIN)/python benchmarks/speed.py

wheel: $(VENV)/.base  ## the whole course as a wheel, in build/dist (REPO_URL, SITE_URL: its addresses)
	rm -rf build/lib build/bdist.* build/dist
	$(PIP) wheel --quiet --no-deps --wheel-dir build/dist .
	rm -rf build/lib build/bdist.*

sbom: $(VENV)/.test  ## what is in a student's install, as CycloneDX JSON
	$(PROGRAM) tools/sbom.py $(ARGS)

constraints: $(VENV)/.base  ## resolve every version again (needs uv from the package index)
	$(PIP) install --quiet uv
	tools/constraints.sh $(BIN)/uv

clean:  ## remove everything generated, .venv too
	rm -rf build site/get $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python is missing. Install Python 3.10 or newer, or name yours: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "$(PYTHON) is older than Python 3.10. Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.instructor $(VENV)/.site $(VENV)/.lint $(VENV)/.test $(VENV)/.fuzz $(VENV)/.browser: $(VENV)/.%: $(VENV)/.base
	$(PIP) install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@
