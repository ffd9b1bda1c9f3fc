# The commands of this clone; `make` alone lists them. All they need beforehand is Python 3.11 or newer: the first
# that needs packages puts them in .venv, from requirements/lock.txt, and makes it anew only when that file changes.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/lock.txt
READY := $(VENV)/ready
PEERS := .venv-peers
OLDEST := .venv-oldest
STUDIES_AS_ASKED = $(if $(QUICK),--quick) $(if $(AGAIN),--again) $(if $(FORCE),--force) $(if $(LIST),--list)
CLEANED := _build build dist demo-course .jupyter_cache .mypy_cache .pytest_cache .ruff_cache *.egg-info $(VENV) $(PEERS) $(OLDEST)

.PHONY: help demo test assignments book serve lint wheel study studies bench speed peers verdicts fairness lock clean bubblewrap
.DEFAULT_GOAL := help

help:
	@grep -hE '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(READY) bubblewrap ## Set up a course, grade a made-up class in the sandbox, build the book
	$(BIN)/autograder demo
	@$(MAKE) --no-print-directory book

test: lint bubblewrap ## Lint, see that notebooks are in step with their sources, run every test
	$(BIN)/autograder build --check
	@command -v chromium >/dev/null || sh requirements/debian.sh "for the tests that look at pages in a browser" \
		chromium chromium-driver || echo "The tests that need a browser will be skipped."
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || \
		sh requirements/debian.sh "for the tests of a gradebook in PostgreSQL" postgresql || \
		echo "The tests that need PostgreSQL will be skipped."
	$(BIN)/python -m pytest -n 2 --dist loadfile

assignments: $(READY) ## Rebuild the notebooks from their sources in assignments/ and the solutions
	$(BIN)/autograder build

book: $(READY) ## Build the book into _build/html; a warning is an error
	$(BIN)/jupyter-book build . -W --keep-going

serve: $(READY) ## Show the built book at http://localhost:8000 (another port: make serve PORT=8001)
	@test -f _build/html/index.html || { echo "There is no book yet: run make book first." >&2; exit 2; }
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

verdicts: $(READY) ## Count what the checks make of every wrong and every right version, for the book
	$(BIN)/python -m benchmarks.verdicts $(ARGS)

fairness: $(READY) $(OLDEST)/ready ## Judge right versions with the oldest packages, on more threads, as on an older processor
	$(BIN)/python -m benchmarks.fairness $(ARGS)

lint: $(READY) ## Check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: $(READY) ## Build the students' package into dist/, without solutions
	rm -rf build
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

study: $(READY) ## Run one study, or one chapter's: make study NAME=softmax/grid (recorded ones with AGAIN=1; a try-out: QUICK=1)
	@test -n "$(NAME)" || { echo "Say which: make study NAME=softmax/grid. make studies LIST=1 lists all." >&2; exit 2; }
	$(BIN)/python -m benchmarks.studies $(NAME) $(STUDIES_AS_ASKED) $(ARGS)

studies: $(READY) ## Run all studies on CIFAR-10 that are not recorded, all with AGAIN=1 (a few minutes: QUICK=1; what there is: LIST=1)
	$(BIN)/python -m benchmarks.studies $(STUDIES_AS_ASKED) $(ARGS)

bench: $(READY) ## Record all studies anew, the same as make studies AGAIN=1
	$(BIN)/python -m benchmarks.studies --again $(ARGS)

speed: $(READY) bubblewrap ## Measure training, layers, grading and the book, each against a peer (a quick try-out: make speed ARGS=--quick)
	$(BIN)/python -m benchmarks.speed.softmax $(ARGS)
	$(BIN)/python -m benchmarks.speed.layers $(ARGS)
	$(BIN)/python -m benchmarks.speed.cnn $(ARGS)
	$(BIN)/python -m benchmarks.speed.grading $(ARGS)
	$(BIN)/python -m benchmarks.speed.book $(ARGS)

peers: $(READY) $(PEERS)/ready bubblewrap ## Measure and attack three graders: this one, nbgrader, otter-grader (a quick try-out: make peers ARGS=--quick)
	$(BIN)/python -m benchmarks.peers.attacks $(ARGS)
	$(BIN)/python -m benchmarks.peers.speed $(ARGS)

lock: ## Pin the newest packages pyproject.toml allows (PyTorch's line is changed by hand)
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet "$$(grep '^torch==' $(LOCK))" '.[instructor,cluster,postgres,completion,book,torch,transfer,dev]'
	build/lock/bin/pip freeze --all --exclude pip --exclude show-your-gradients > build/lock.txt
	grep '^#' $(LOCK) > build/comments.txt
	grep -vE '^(nvidia-|cuda-|triton==)' build/lock.txt | sed 's/+cpu$$//' | cat build/comments.txt - > $(LOCK)

clean: ## Remove everything these commands made, .venv included
	rm -rf $(CLEANED)
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(READY): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The course is set up with Python 3.11 or newer; say where one is: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh requirements/debian.sh "to make .venv" python3-venv
	@if cmp -s $(LOCK) $(VENV)/lock.txt; then :; else \
		echo "Making .venv from $(LOCK): about a minute and a half, 1.8 GB"; \
		rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) && \
		$(BIN)/pip install --quiet --disable-pip-version-check --no-input -r $(LOCK) && cp $(LOCK) $(VENV)/lock.txt; fi
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# otter-grader's pins are its own, so it gets an environment of its own.
$(OLDEST)/ready: requirements/oldest.txt
	rm -rf $(OLDEST) && $(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check --no-input -r requirements/oldest.txt
	@touch $@

$(PEERS)/ready: requirements/peers.txt
	rm -rf $(PEERS) && $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --no-input -r requirements/peers.txt
	@touch $@

bubblewrap:
	@command -v bwrap >/dev/null || sh requirements/debian.sh "student code runs in its sandbox" bubblewrap
