"""Blanks in lessons: what is still empty, what is right, and what is not."""

import ast
import re
from pathlib import Path

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


FOLDED = re.compile(r"<details>(.*?)</details>", re.DOTALL)
LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("[0-9]*.ipynb"))
BLANKS = [
    pytest.param(lesson, number, id=f"{lesson.number}-{number}")
    for lesson in map(Lesson, LESSONS)
    for number, cell in lesson.code
    if re.search(r"^blank\(", cell.source, re.MULTILINE)
]


def filled_in(source, folded):
    """The blank's cell with its answer: a whole definition, or lines in place of the dots."""
    block = re.search(r"```python\n(.*?)```", folded, re.DOTALL)
    inline = re.search(r"`([^`]+)`(?:, then `([^`]+)`)?", folded)
    answer = block[1] if block else "\n".join(filter(None, inline.groups()))
    if re.match("(def|class|@)", answer):
        return source.replace("\nblank(", f"\n{answer}\nblank(", 1)
    lines, dots = source.split("\n"), re.compile(r"(= |return |^ *)\.\.\.( *#.*)?$")
    first = next(k for k, line in enumerate(lines) if dots.search(line))
    last = first
    while last + 1 < len(lines) and dots.search(lines[last + 1]):
        last += 1
    indent = re.match(" *", lines[first])[0]
    lines[first : last + 1] = [indent + line for line in answer.splitlines()]
    return "\n".join(lines)


def names(node, kind):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}


def makes(statement):
    """The names that a statement gives a meaning to."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Try | ast.With | ast.If):
        return set().union(*map(makes, statement.body))
    return names(statement, ast.Store) if isinstance(statement, ast.Assign) else set()


def needed(sources, last):
    """The statements of the sources that `last` needs, in their order: no training, no pictures."""
    statements = [statement for source in sources for statement in ast.parse(source).body]
    wanted, kept = names(ast.parse(last), ast.Load), []
    for statement in reversed(statements):
        if makes(statement) & wanted:
            kept.insert(0, statement)
            wanted |= names(statement, ast.Load)
    return ast.Module(kept, [])


@pytest.mark.parametrize(("lesson", "number"), BLANKS)
def test_each_blank_of_a_lesson_is_right_with_its_folded_answer(lesson, number, capsys):
    cells = lesson.notebook.cells
    cell, folded = cells[number - 1], FOLDED.search(cells[number].source)
    assert folded, "no folded answer in the cell below"
    assert "Still blank" in str(cell.outputs), "it is stored filled in"
    source = filled_in(cell.source, folded[1])
    before = [c.source for n, c in lesson.code if n < number and "raises-exception" not in tags(c)]
    space = {}
    exec(compile(needed(before, source), lesson.path.name, "exec"), space)
    capsys.readouterr()
    exec(source, space)
    assert capsys.readouterr().out.startswith("Right.\n")
