"""Blanks in lessons: what is still empty, what is right, and what is not."""

import ast
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from nncourse import blank
from nncourse.authoring.lesson import Lesson, tags


def said(capsys, function, *cases):
    blank(function, *cases)
    return capsys.readouterr().out.strip()


def half(x):
    return x / 2


@pytest.mark.parametrize(
    "empty", [lambda x: ..., lambda x: None, lambda x: x + ...], ids=["dots", "none", "within"]
)
def test_an_empty_blank_is_no_error(empty, capsys):
    assert said(capsys, empty, ((4,), 2)).startswith("Still blank: write your line in ")


def test_the_right_line_is_right(capsys):
    assert said(capsys, half, ((4,), 2), ((np.float32(5),), 2.5)) == "Right."
    assert said(capsys, half, ((np.array([1, 2]),), np.array([0.5, 1.0]))) == "Right."
    assert said(capsys, lambda x: (x, [x]), ((3,), (3, [3.0]))) == "Right."


def test_a_wrong_line_shows_the_call_and_both_results(capsys):
    assert said(capsys, half, ((4,), 2), ((3,), 9)) == "Not yet: half(3) gives 1.5; 9 is right."
    assert "np.array([[0.5]]); 0.5 is right" in said(capsys, half, ((np.array([[1.0]]),), 0.5))
    assert "gives a generator; 2 is right" in said(capsys, lambda x: (i for i in "a"), ((4,), 2))
    assert "ends with TypeError: " in said(capsys, half, (("a",), 2))


def test_arguments_are_fresh_for_each_call(capsys):
    def spoil(p):
        p *= 0
        return p.sum()

    p = np.ones(2)
    assert said(capsys, spoil, ((p,), 0), ((p,), 0)) == "Right."
    assert p.tolist() == [1, 1]


ANSWER = re.compile(r"<details>.*?```python\n(.*?)```.*?</details>", re.DOTALL)
LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("[0-9]*.ipynb"))


def called(source):
    """The names of all functions that a cell calls."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {getattr(function, "attr", None) or getattr(function, "id", "") for function in calls}


def blanks(lesson):
    """{place in the notebook: folded answer} of each blank of a lesson."""
    cells = lesson.notebook.cells
    found = {}
    for number, cell in lesson.code:
        if "raises-exception" not in tags(cell) and "blank" in called(cell.source):
            answer = ANSWER.search(cells[number].source)
            assert answer, f"cell {number}: no folded answer in the cell below"
            found[number - 1] = answer[1]
    return found


WITH_BLANKS = [path for path in LESSONS if blanks(Lesson(path))]


@pytest.mark.parametrize("path", WITH_BLANKS, ids=lambda path: path.stem)
def test_each_blank_of_a_lesson_is_right_with_its_folded_answer(path, monkeypatch, capsys):
    matplotlib.use("agg")
    monkeypatch.chdir(path.parent)
    lesson, names = Lesson(path), {"display": lambda *things: None}
    answers = blanks(lesson)
    assert len(answers) >= 2
    for place, cell in enumerate(lesson.notebook.cells[: max(answers) + 1]):
        if cell.cell_type != "code" or "raises-exception" in tags(cell):
            continue
        if place in answers:
            assert "Still blank" in str(cell.outputs), f"cell {place + 1} is stored filled in"
            before, call = cell.source.split("\nblank(", 1)
            exec(f"{before}\n{answers[place]}", names)
            capsys.readouterr()
            exec(f"blank({call}", names)
            assert capsys.readouterr().out == "Right.\n", f"cell {place + 1}"
        elif not any(re.match("quiz|explore_", name) for name in called(cell.source)):
            exec(cell.source, names)
