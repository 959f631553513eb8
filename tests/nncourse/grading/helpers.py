"""Notebooks to grade, made from the right answers of lesson.py with something changed."""

import json
from dataclasses import replace

from nncourse.grading.marking import Settings, grade_submission
from nncourse.grading.sandbox import Limits
from tests.nncourse.grading import lesson

POINTS = {exercise.id: exercise.points for exercise in lesson.EXERCISES}
IDS = {exercise.name: exercise.id for exercise in lesson.EXERCISES}
SETUP = "import numpy as np\nfrom nncourse import check, hint\nfrom nnlib import nn"
LIMITS = Limits(cell=2, call=1, wall=4, total=300, memory=600_000_000, file=50_000_000)
SHORT = replace(LIMITS, cell=0.4, call=0.4, wall=6)  # for work that only waits for its limit


def settings(**changes):
    made = {"seed": 7, "lessons": {"05": lesson.MODULE}, "solutions": {"05": lesson.ANSWERS}}
    made |= {"names": {"05": "05_numbers"}, "limits": LIMITS}
    return Settings(**(made | changes))


def cell(source, id=None):
    nbgrader = {"grade_id": id, "solution": True, "grade": False, "locked": False}
    metadata = {} if id is None else {"nbgrader": nbgrader}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": []}


def cells(before=(), after=(), **changes):
    """Cells: set-up, `before`, an answer and its check for each exercise, `after`."""
    answers = lesson.ANSWERS | changes
    made = [cell(SETUP), *map(cell, before)]
    for name, source in answers.items():
        made.append({"cell_type": "markdown", "source": f"## {IDS[name]}", "metadata": {}})
        made.append(cell(source, f"ex-{IDS[name]}"))
        made.append(cell(f'check("{IDS[name]}", {name})'))
    return [*made, *map(cell, after)]


def notebook(before=(), after=(), **changes):
    """The bytes of a notebook with all answers right but for the changes."""
    return as_bytes(cells(before, after, **changes))


def as_bytes(made, **changes):
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}
    return json.dumps(whole | changes).encode()


def points(outcome):
    """{exercise: points} of an outcome of grade_submission()."""
    return {mark["id"]: mark["points"] for mark in outcome["marks"]}


def marking_once():
    """A grade_submission() that marks a notebook once: for tests of what is all around it."""
    known = {}

    def grade_once(submission, settings):
        key = submission.data, submission.reason
        if key not in known:
            known[key] = grade_submission(submission, settings)
        return known[key] | {"student": submission.student, "path": submission.path}

    return grade_once
