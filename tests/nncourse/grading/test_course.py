"""The course's own notebooks through the grader: solutions have all points, stubs none."""

from pathlib import Path

import pytest

from nncourse import exercises
from nncourse.grading.folder import SOLUTIONS, course_settings
from nncourse.grading.marking import GRADED, grade_submission
from nncourse.grading.submissions import Submission
from tests.nncourse.grading.needs import needs_bubblewrap

pytestmark = needs_bubblewrap
LESSONS = [path.name for path in sorted(SOLUTIONS.glob("[0-9]*.ipynb"))]


def marked(path):
    found = grade_submission(Submission("a", path.name, path.read_bytes()), course_settings(3))
    assert (found["status"], found["reason"]) == (GRADED, "")
    return found["marks"]


def test_there_are_lessons_with_solutions():
    assert [name[:2] for name in LESSONS if name[:2] in exercises.lessons()]


@pytest.mark.parametrize("name", LESSONS)
def test_a_solution_has_all_points(name):
    marks = marked(SOLUTIONS / name)
    assert {mark["id"]: mark["sentence"] for mark in marks if mark["verdict"] != "right"} == {}
    assert [mark["id"] for mark in marks] == [e.id for e in exercises.lesson(name[:2]).EXERCISES]


@pytest.mark.parametrize("name", LESSONS)
def test_an_untouched_notebook_has_none(name):
    marks = marked(Path(SOLUTIONS.parent, "exercises", name))
    assert sum(mark["points"] for mark in marks) == 0
    assert all(mark["sentence"] for mark in marks)
