"""The exercises of the course: one module lesson_NN.py a lesson, with TITLE and EXERCISES."""

import difflib
import functools
import importlib
from pathlib import Path

from nncourse.judging.exercise import Exercise, Misconception, Verdict, diagnose, verdict
from nncourse.judging.plain import Failure

__all__ = [
    "Exercise",
    "Failure",
    "Misconception",
    "Verdict",
    "all_exercises",
    "diagnose",
    "find",
    "lesson",
    "lessons",
    "verdict",
]

FOLDER = Path(__file__).parent


@functools.cache
def lessons():
    """The numbers of the lessons that have exercises, in order: ("01", "02", ...)."""
    return tuple(sorted(path.stem[7:] for path in FOLDER.glob("lesson_[0-9][0-9].py")))


@functools.cache
def lesson(number):
    """The module of one lesson, "05"; ValueError when that lesson has no exercises."""
    if number not in lessons():
        raise ValueError(f"Lesson {number!r} has no exercises; these have: {', '.join(lessons())}.")
    module = importlib.import_module(f"nncourse.exercises.lesson_{number}")
    wanted = [f"{number}.{place}" for place in range(1, len(module.EXERCISES) + 1)]
    found = [exercise.id for exercise in module.EXERCISES]
    if found != wanted:
        raise ValueError(f"lesson_{number}.py: EXERCISES has the ids {found}, expected {wanted}.")
    known = {id(exercise) for exercise in module.EXERCISES}
    for name, value in vars(module).items():
        if isinstance(value, Exercise) and id(value) not in known:
            raise ValueError(
                f"lesson_{number}.py: {name} ({value.id}) is not registered: add it to EXERCISES, "
                "at the bottom of the file."
            )
    names = [exercise.complete().name for exercise in module.EXERCISES]
    if len(set(names)) < len(names):
        raise ValueError(f"lesson_{number}.py: two exercises have the same name: {names}.")
    return module


def all_exercises():
    """Every exercise, in the order of the course."""
    return tuple(exercise for number in lessons() for exercise in lesson(number).EXERCISES)


def find(id):
    """The exercise with this id, like "05.2"; ValueError that names the nearest ids otherwise."""
    if isinstance(id, str) and id[:2] in lessons():
        for exercise in lesson(id[:2]).EXERCISES:
            if exercise.id == id:
                return exercise
        near = [exercise.id for exercise in lesson(id[:2]).EXERCISES]
    else:
        ids = [exercise.id for exercise in all_exercises()]
        near = difflib.get_close_matches(str(id), ids, n=5, cutoff=0.4) or ids[:5]
        near.sort(key=lambda one: one.lstrip("0") != str(id).strip())  # 05.2 for 5.2
    near, got = ", ".join(near), repr(id) if len(repr(id)) < 40 else f"{repr(id)[:30]}..."
    raise ValueError(f'There is no exercise {got}. Expected text like "05.2"; near it: {near}.')
