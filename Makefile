# make TASK is python3 tasks.py TASK: see there. PYTHON=python3.13 chooses the Python that makes .venv.
PYTHON ?= python3
TASKS := lab torch doctor grade test lint bench lessons exercises site lite audit wheels places tab \
	nbgrader oldest
ARGS ?=

.PHONY: help $(TASKS)

help:
	@"$$PYTHON" tasks.py --help

$(TASKS):
	@"$$PYTHON" tasks.py $(HERE) $@ $(if $(FOLDER),"$$FOLDER") $(ARGS)

# the shell takes these two from its environment, whatever signs are in them
export PYTHON FOLDER

ifdef REPOSITORY
export REPOSITORY
endif
