PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: lab test lint audit bench lessons exercises site nbgrader oldest grade

lab: $(BIN)/.ready  ## open the course in JupyterLab
	@test -f lessons/00_start_here.ipynb || { echo "lessons/00_start_here.ipynb is missing." \
		"Restore it with: git checkout -- lessons/00_start_here.ipynb" >&2; exit 1; }
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/lessons/00_start_here.ipynb $(ARGS)

test: $(BIN)/.ready  ## run every test, the notebooks and the browser included
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests bench --nbval lessons solutions \
		--every-notebook -n 2 --dist loadscope -q $(ARGS)

lint: $(BIN)/.ready  ## check style, and that no secret lies in a file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.secret_scan

audit: $(BIN)/.ready  ## do the pinned packages have known vulnerabilities? needs the network
	$(BIN)/python -m venv .venv/audit
	.venv/audit/bin/python -m pip install -q --disable-pip-version-check pip-audit==2.10.1
	grep -v '^-e' requirements.txt | .venv/audit/bin/pip-audit --strict --no-deps --disable-pip \
		-r /dev/stdin $(ARGS)

bench: $(BIN)/.ready  ## time nnlib against PyTorch, and the explorers; writes bench.json
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.explorers

lessons: $(BIN)/.ready  ## run every lesson and store its outputs
	$(BIN)/python -m nncourse.authoring.notebooks $(ARGS) lessons/*.ipynb

exercises: $(BIN)/.ready  ## make exercises/ from solutions/; ARGS=--run runs the solutions first
	$(BIN)/python -m nncourse release $(ARGS)

site: $(BIN)/.ready  ## the course as a website, in docs/_build/html; REPOSITORY=owner/name adds links
	REPOSITORY="$(REPOSITORY)" $(BIN)/python -m sphinx -q -E -W --keep-going -b html \
		-c docs -d docs/_build/doctrees . docs/_build/html $(ARGS)

nbgrader: $(BIN)/.ready  ## does nbgrader accept the solutions? it gets an environment of its own
	$(BIN)/python -m tests.nncourse.nbgrader_accepts $(ARGS)

oldest: $(BIN)/.ready  ## the tests with the oldest packages that pyproject.toml allows
	$(BIN)/python -m tests.oldest $(ARGS)

grade: $(BIN)/.ready  ## grade a folder of submissions: make grade FOLDER=submissions
	@test -n "$(FOLDER)" || { echo "Say which folder: make grade FOLDER=submissions" >&2; exit 2; }
	$(BIN)/python -m nncourse grade "$(FOLDER)" $(ARGS)

# .venv is made when it is missing or older than requirements.txt; its JupyterLab does not begin with
# a question about news, and does not advise to leave the pinned version
$(BIN)/.ready: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("nnlib needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	-$(BIN)/python -m jupyter labextension disable --level=sys_prefix \
		@jupyterlab/apputils-extension:announcements >/dev/null 2>&1
	touch $@
