# `make run` serves the dashboard, `make test` tests it. Both need only Python 3.11 (with venv) and make: the rest is
# installed into .venv, once for each change of the pins.

HOST ?= 127.0.0.1
PORT ?= 8050

# uv installs in a third of pip's time; where it cannot (no wheel of it, a mirror that only pip knows), pip does it.
UV_VERSION := 0.13.9

PYTHON ?= $(shell for python in python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo "$$python" && break; done)

# Compiled modules are kept (`make clean` removes them), or every start would compile the tests anew for half a minute.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
UV := $(BIN)/uv
PIP_FLAGS := --quiet --disable-pip-version-check
RUN_STAMP := .venv/.stamp-run
TEST_STAMP := .venv/.stamp-test
DISTRIBUTED_STAMP := .venv/.stamp-distributed
PEERS_STAMP := .venv-peers/.stamp

# $(call install,FILE...): the pinned packages of these requirements files.
define install
@echo "make: installing $(1)"
@$(UV) pip install --quiet --system-certs --python $(BIN)/python $(1:%=--requirement %) \
	|| { echo "make: uv could not, so pip does"; $(BIN)/python -m pip install $(PIP_FLAGS) $(1:%=--requirement %); }
endef

# A step that fails leaves nothing that looks finished.
.DELETE_ON_ERROR:

.PHONY: help run test lint check bench load pins clean install install-test install-distributed browser pictures baselines

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' Makefile | expand -t 22

run: $(RUN_STAMP)  ## serve the dashboard (HOST=127.0.0.1 PORT=8050)
	$(BIN)/python -m dashboard serve --host $(HOST) --port $(PORT)

test: browser  ## every test but tests/bench (ARGS="-k units" to choose)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

lint: $(TEST_STAMP)  ## style, form and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: $(RUN_STAMP)  ## validate datasets/
	$(BIN)/python -m dashboard check

bench: $(TEST_STAMP) $(PEERS_STAMP)  ## time what tests/bench times, beside other dashboards
	$(BIN)/python -m pytest tests/bench --benchmark-enable $(ARGS)

load: browser  ## a hundred visitors and faults under them, into tests/bench/results/load.json (eight minutes, quiet)
	$(BIN)/python -m pytest tests/bench/test_load.py tests/bench/test_faults.py $(ARGS)

install: $(RUN_STAMP)  ## only install: what `run` needs

install-test: $(TEST_STAMP)  ## only install: what `test` and `lint` need

install-distributed: $(DISTRIBUTED_STAMP)  ## install what `estimate --scheduler` needs

pictures: browser  ## make the README's pictures anew (docs/shots.toml)
	$(BIN)/python -m dashboard export --shots docs/shots.toml --out docs

baselines: browser  ## accept how figures and pages are drawn now (tests/baselines/)
	$(BIN)/python -m tests.baselines.pictures
	BASELINES=accept $(BIN)/python -m pytest tests/browser/test_pages.py -k fits

# `make pins` keeps every pin that still fits; `make pins UPGRADE=--upgrade` takes the newest.
pins: | .venv/pyvenv.cfg  ## work out the *.txt from the *.in
	test -x $(UV) || $(BIN)/python -m pip install $(PIP_FLAGS) uv==$(UV_VERSION)
	for list in requirements tests/requirements requirements-distributed tests/bench/peers/requirements; do \
		$(UV) pip compile $(UPGRADE) --quiet --system-certs \
			--python-version 3.11 --python-platform x86_64-manylinux_2_28 \
			--no-emit-index-url --annotation-style line --custom-compile-command "make pins" \
			$$list.in --output-file $$list.txt || exit; done

clean:  ## remove what make and the tools made
	rm -rf .venv .venv-peers .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	find dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { \
		echo "make: Python 3.11 is needed: put python3.11 on the PATH, or say make PYTHON=/path/to/it" >&2; exit 3; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install $(PIP_FLAGS) uv==$(UV_VERSION) || true

$(RUN_STAMP): requirements.txt | .venv/pyvenv.cfg
	$(call install,requirements.txt)
	@touch $@

$(TEST_STAMP): requirements.txt tests/requirements.txt requirements-distributed.txt | .venv/pyvenv.cfg
	$(call install,requirements.txt tests/requirements.txt requirements-distributed.txt)
	@touch $(RUN_STAMP) $(DISTRIBUTED_STAMP) $@

$(DISTRIBUTED_STAMP): requirements.txt requirements-distributed.txt | .venv/pyvenv.cfg
	$(call install,requirements.txt requirements-distributed.txt)
	@touch $(RUN_STAMP) $@

$(PEERS_STAMP): tests/bench/peers/requirements.txt | .venv/pyvenv.cfg
	test -d .venv-peers || $(PYTHON) -m venv .venv-peers
	$(UV) pip install --quiet --system-certs --python .venv-peers/bin/python --requirement $< \
		|| .venv-peers/bin/python -m pip install $(PIP_FLAGS) --requirement $<
	@touch $@

# What the pictures need beyond Python: a Chrome or Chromium, Open Sans (the one font they are drawn in), and on the
# barest Debian the library that Playwright's driver is linked to.
browser: $(TEST_STAMP)
	@missing=; \
	for chrome in "$${BROWSER_PATH:-chromium}" chromium chromium-browser google-chrome; do \
		command -v "$$chrome" >/dev/null && break; done || missing=chromium; \
	{ fc-list; ls /usr/share/fonts/truetype; } 2>/dev/null | grep -qi 'open[ -]sans' \
		|| missing="$$missing fonts-open-sans"; \
	$(BIN)/playwright --version >/dev/null 2>&1 || missing="$$missing libatomic1"; \
	test -z "$$missing" && exit; \
	if command -v apt-get >/dev/null && test "$$(id -u)" = 0; then \
		echo "make: installing $$missing"; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq && apt-get install -qq --yes --no-install-recommends $$missing >/dev/null && exit; \
	fi; \
	echo "make: the browser tests need what Debian calls $$missing: install it, or set BROWSER_PATH to a Chrome" >&2
