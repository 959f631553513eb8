"""Right and wrong answers to every exercise, in the words of many: answers/NN.txt holds them.

Each begins with a line that says what it is, and its source follows:

    ## 05.2 right
    ## 05.2 right, in float32
    ## 05.2 wrong: the minus forgotten = sign forgotten
    ## 05.2 wrong: half of it = - | return | !2 times

Behind the last " = " stands the mistake that check() names, and "-" where it names none; then words
that its reply must have and, after a "!", words that it must not have.
"""

import functools
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
from nncourse.judging import timelimit
from nncourse.learner.check import Report, Run
from nnlib import nn, optim
from tests.nncourse.remembered import Remembered

FILES = sorted((Path(__file__).parent / "answers").glob("*.txt"))
SEEDS_OF_RIGHT, SEEDS_OF_FLOAT32, SEEDS_OF_WRONG = range(4), range(20), range(2)
SLOW = 15  # seconds of an exercise from which on one seed has to do
remembered = functools.lru_cache(40)(lambda id, seed: Remembered(exercises.find(id), seed))


def sections(path):
    """(id, line, kind, source) of each answer in a file."""
    line = 1
    for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, source = part.partition("\n")
        id, kind = head.split(" ", 1)
        yield id, line, kind, source.strip()
        line += part.count("\n")


SECTIONS = [section for path in FILES for section in sections(path)]
ANSWERS = [
    pytest.param(id, kind, source, id=f"{id}-line{line}") for id, line, kind, source in SECTIONS
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


@pytest.mark.parametrize(("id", "kind", "source"), ANSWERS)
def test_an_answer_is_judged_and_explained_as_it_should(id, kind, source):
    exercise = exercises.find(id)
    mistake, *words = kind.rpartition(" = ")[2].split(" | ")
    right = kind.startswith("right")
    seeds = SEEDS_OF_FLOAT32 if "float32" in kind else SEEDS_OF_RIGHT if right else SEEDS_OF_WRONG
    once = exercise.seconds >= SLOW or not exercise.random  # no seed makes another case
    for seed in seeds[: 1 if once else None]:
        nnlib.manual_seed(seed)  # an answer that draws before it seeds is the same in each run
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the learner's own lines
            answer = answer_of(exercise, source)
            warnings.simplefilter("error")  # of ours
            known = remembered(id, seed)
            found = Report(known, Run(known, answer, seed))
        assert found.points == right * exercise.points, f"seed {seed}: {found}"
        assert right or named(found) == mistake, f"seed {seed}: {found}"
        for word in words:
            assert (word.lstrip("!") in found.markdown) != word.startswith("!"), f"{word}: {found}"


def named(report):
    """The mistake that the report names, "-" for none, "refused" where nothing was called."""
    if report.verdict is None:
        return "refused"
    return report.verdict.misconception.name if report.verdict.misconception else "-"


def test_every_exercise_has_answers_of_both_kinds():
    kinds = {(id, kind.startswith("right")) for id, _, kind, _ in SECTIONS}
    wanted = {(one.id, right) for one in exercises.all_exercises() for right in (True, False)}
    assert wanted <= kinds, sorted(wanted - kinds)


def test_three_seconds_are_kept_where_an_exercise_says_so(monkeypatch):
    monkeypatch.setattr(timelimit, "slowness", lambda: 1.0)
    exercise = exercises.find("14.4")
    (result,) = exercise.results(exercise.reference, [(0, False, False)])
    assert result["seconds"] > 0
    assert exercise.judge((0, False, False), result) is None
    slow = exercise.judge((0, False, False), result | {"seconds": 3.5})
    assert "3.5 s" in slow
    assert "3 s" in slow
