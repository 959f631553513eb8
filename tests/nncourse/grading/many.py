"""Lesson 06 of the tests: as many exercises as there are answers that go into one notebook.

Bad answers and right ones in odd forms follow one another, so none may disturb the next.
"""

from dataclasses import replace

from tests.nncourse.grading import attacks, honest, lesson
from tests.nncourse.grading.helpers import SETUP, as_bytes, cell

LARGEST, ROOT = lesson.EXERCISES[4:6]
ANSWERS = {  # name: (the exercise, the answer, is it right)
    **{name: (LARGEST, attacks.function(body), False) for name, body in attacks.SYSTEM.items()},
    **{name: (LARGEST, source, True) for name, source in honest.FORMS.items()},
    **{
        name: (LARGEST, f"def my_largest(x):\n    return {result}", False)
        for name, result in attacks.RESULTS.items()
    },
    **{
        name: (ROOT, f"def my_root(start):\n    return {result}", False)
        for name, result in attacks.JUDGED.items()
    },
}
MODULE = __name__
IDS = {name: f"06.{number}" for number, name in enumerate(ANSWERS, 1)}
EXERCISES = tuple(
    replace(exercise, id=id, name=f"answer_{id[3:]}")
    for id, (exercise, *_) in zip(IDS.values(), ANSWERS.values(), strict=True)
)
POINTS = {IDS[name]: 2 * right for name, (*_, right) in ANSWERS.items()}


def notebook(names=ANSWERS):
    """The bytes of a notebook with these answers."""
    made = [cell(SETUP)]
    for name in names:
        exercise, source, _ = ANSWERS[name]
        id = IDS[name]
        made.append(cell(source.replace(exercise.name, f"answer_{id[3:]}"), f"ex-{id}"))
    return as_bytes(made)
