"""my/: what a learner writes is never overwritten, and what is new is offered."""

import json
import shutil

import pytest

from nncourse.learner import my


def notebook(*cells):
    """A stored notebook of ("markdown", text) and ("code", source, printed)."""
    made = []
    for kind, source, *printed in cells:
        cell = {"cell_type": kind, "id": f"c{len(made)}", "metadata": {}, "source": [source]}
        if kind == "code":
            outputs = [
                {"output_type": "stream", "name": "stdout", "text": text} for text in printed
            ]
            cell |= {"outputs": outputs, "execution_count": 1}
        made.append(cell)
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


LESSON = notebook(
    ("markdown", "# One [answer](../solutions/01_one.ipynb)"),
    ("code", "print(1)", "1"),
    ("markdown", "**Predict**: what is 1 + 1?"),
    ("code", "print(1 + 1)", "2"),
    ("markdown", "Two."),
    ("code", "print(3)", "3"),
)


@pytest.fixture
def course(tmp_path):
    for folder in my.FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01_one.ipynb").write_text(LESSON, encoding="utf-8")
    return tmp_path


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def change(path, text):
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["cells"][1]["source"] = [text]
    path.write_text(json.dumps(stored), encoding="utf-8")


def test_a_prediction_is_not_answered_before_its_cell_was_run(course):
    assert my.fill(course) == []
    made = cells(course / "my" / "lessons" / "01_one.ipynb")
    assert [bool(cell["outputs"]) for cell in made if cell["cell_type"] == "code"] == [
        True,
        False,
        True,
    ]
    assert "](../../solutions/01_one.ipynb)" in made[0]["source"]


def test_every_prediction_of_the_real_lessons_is_hidden_and_all_else_shown():
    hidden = shown = 0
    for source in my.sources(my.ROOT, ("lessons",)):
        stored = source.read_text(encoding="utf-8")
        before, after = json.loads(stored)["cells"], json.loads(my.copied(stored))["cells"]
        code = [pair for pair in zip(before, after, strict=True) if pair[0]["cell_type"] == "code"]
        hidden += sum(bool(a["outputs"]) and not b["outputs"] for a, b in code)
        shown += sum(a["outputs"] == b["outputs"] for a, b in code)
    assert hidden >= 60
    assert shown > hidden


def test_work_stays_and_the_new_version_is_offered_and_taken(course):
    my.fill(course)
    mine = course / "my" / "lessons" / "01_one.ipynb"
    change(mine, "print('my own work')")
    written = mine.read_text(encoding="utf-8")
    change(course / "lessons" / "01_one.ipynb", "print('a new version')")
    said = my.fill(course)
    assert mine.read_text(encoding="utf-8") == written
    assert any("lessons/01_one.ipynb is new in the course" in sentence for sentence in said)
    my.take("01", course)
    assert "a new version" in mine.read_text(encoding="utf-8")
    (kept,) = (course / "my" / "kept" / "lessons").iterdir()
    assert kept.read_text(encoding="utf-8") == written
    assert my.fill(course) == []


def test_a_copy_without_work_follows_the_course_and_is_kept_all_the_same(course):
    my.fill(course)
    change(course / "lessons" / "01_one.ipynb", "print('a new version')")
    mine = course / "my" / "lessons" / "01_one.ipynb"
    ran = json.loads(mine.read_text(encoding="utf-8"))
    ran["cells"][1]["outputs"] = []
    mine.write_text(json.dumps(ran), encoding="utf-8")
    assert my.fill(course) == []
    assert "a new version" in mine.read_text(encoding="utf-8")
    assert len(list((course / "my" / "kept" / "lessons").iterdir())) == 1


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"lessons/01_one.ipynb": {}}'])
def test_without_its_record_every_copy_counts_as_work(course, text):
    my.fill(course)
    record = course / "my" / my.RECORD
    record.unlink() if text is None else record.write_text(text, encoding="utf-8")
    mine = course / "my" / "lessons" / "01_one.ipynb"
    mine.write_text("not a notebook any more", encoding="utf-8")
    my.fill(course)
    assert mine.read_text(encoding="utf-8") == "not a notebook any more"


def test_points_move_into_it_once(course):
    (course / "progress.json").write_text("{}", encoding="utf-8")
    my.fill(course)
    assert (course / "my" / "progress.json").read_text(encoding="utf-8") == "{}"
    (course / "progress.json").write_text("other", encoding="utf-8")
    my.fill(course)
    assert (course / "my" / "progress.json").read_text(encoding="utf-8") == "{}"


def test_a_number_that_is_none(course):
    with pytest.raises(ValueError, match="There is no lesson '77'; there are 01"):
        my.take("77", course)


def test_a_full_disk_leaves_what_is_there(course, monkeypatch):
    my.fill(course)
    change(course / "lessons" / "01_one.ipynb", "print(2)")
    mine = course / "my" / "lessons" / "01_one.ipynb"
    before = mine.read_bytes()

    def full(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OSError, match="No space left"):
        my.fill(course)
    assert mine.read_bytes() == before
