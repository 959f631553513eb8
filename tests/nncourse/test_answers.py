"""Right and wrong answers to every exercise, in the words of many: answers/NN.txt holds them.

Each begins with a line that says what it is, and its source follows:

    ## 05.2 right
    ## 05.2 wrong: the minus forgotten = sign forgotten

Behind the last " = " stands the mistake that check() names, and "-" where it names none.
"""

import importlib
import math
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch  # here, so that no answer's seconds go into the import

import nnlib
from nncourse import exercises
from nncourse.learner.check import Report, Run
from nnlib import nn, optim

FILES = sorted((Path(__file__).parent / "answers").glob("*.txt"))
SEEDS_OF_RIGHT, SEEDS_OF_WRONG = range(4), range(2)
SLOW = 15  # seconds of an exercise from which on one seed has to do


def sections(path):
    """(line, id, mistake, source) of each answer in a file; mistake is None of a right one."""
    line = 1
    for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, source = part.partition("\n")
        id, kind = head.split(" ", 1)
        mistake = kind.rpartition(" = ")[2]
        yield line, id, None if kind == "right" else mistake, source.strip()
        line += part.count("\n")


ANSWERS = [
    pytest.param(id, mistake, source, id=f"{id}-line{line}")
    for path in FILES
    for line, id, mistake, source in sections(path)
]


def answer_of(exercise, source):
    """The learner's object: an expression, or what the source defines under the wanted name."""
    space = {"np": np, "nn": nn, "optim": optim, "nnlib": nnlib, "math": math, "torch": torch}
    space["right"] = exercise.reference  # what a wrong answer may begin with
    try:
        given = importlib.import_module(f"nncourse.exercises.given.lesson_{exercise.lesson}")
        space |= {name: value for name, value in vars(given).items() if name[0] != "_"}
    except ImportError:
        pass
    if "\n" in source or re.match(r"\w+ = ", source):
        exec(source, space)
        return space[exercise.name]
    return eval(source, space)


@pytest.mark.parametrize(("id", "mistake", "source"), ANSWERS)
def test_an_answer_is_judged_and_explained_as_it_should(id, mistake, source):
    exercise = exercises.find(id)
    seeds = SEEDS_OF_RIGHT if mistake is None else SEEDS_OF_WRONG
    for seed in seeds[: 1 if exercise.seconds >= SLOW else None]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the learner's own lines
            found = Report(exercise, Run(exercise, answer_of(exercise, source), seed))
        if mistake is None:
            assert found.right, f"seed {seed}: {found}"
            continue
        assert found.points == 0, f"seed {seed}: {found}"
        assert named(found) == mistake, f"seed {seed}: {found}"


def named(report):
    """The mistake that the report names, "-" for none, "refused" where nothing was called."""
    if report.verdict is None:
        return "refused"
    return report.verdict.misconception.name if report.verdict.misconception else "-"


def test_every_exercise_has_answers_of_both_kinds():
    kinds = {(id, mistake is None) for path in FILES for _, id, mistake, _ in sections(path)}
    lessons = [path.stem for path in FILES]
    wanted = {
        (one.id, right)
        for one in exercises.all_exercises()
        for right in (True, False)
        if one.lesson in lessons
    }
    assert wanted <= kinds, sorted(wanted - kinds)
