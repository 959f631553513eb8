"""What the documents say: links, paths, commands, the table of lessons, numbers, the program."""

import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

import tasks
from nncourse.__main__ import COMMANDS
from nncourse.authoring.lesson import Lesson, first_line
from tests.nncourse.grading import many, test_bad_submissions

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "docs/instructors.md", "docs/index.md", "CONTRIBUTING.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
README = TEXTS["README.md"]
each_document = pytest.mark.parametrize("name", DOCUMENTS)


def commands(text, start):
    """What follows `start` in the code of a document: blocks of sh and bat, and short code."""
    blocks = re.findall(r"^```(?:sh|bat)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    code = "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)])
    return set(re.findall(rf"^\s*{re.escape(start)} ([\w.]+)", code, re.MULTILINE))


@each_document
def test_every_task_that_is_named_exists(name):
    starts = ("make", "python tasks.py", "python3 tasks.py", "py tasks.py")
    named = set().union(*(commands(TEXTS[name], start) for start in starts))
    assert named - {"TASK"} <= set(tasks.TASKS)


@each_document
def test_every_command_of_the_course_that_is_named_exists(name):
    assert commands(TEXTS[name], "python -m nncourse") - {"COMMAND"} <= set(COMMANDS)


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_every_relative_link_leads_to_a_file(name):
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    broken = [
        target
        for target in targets
        if not re.match(r"https?:|#", target)
        and not ((ROOT / name).parent / unquote(target.split("#")[0])).exists()
    ]
    assert broken == []


def test_every_path_that_is_named_exists():
    rooms = "bench|docs|lessons|nncourse|nnlib|requirements|solutions|tests"
    named = set()
    for text in TEXTS.values():
        named |= set(re.findall(rf"`((?:{rooms})/[\w/.-]+)`", text))
    missing = {path for path in named if "NN" not in path and not (ROOT / path).exists()}
    assert missing - {"docs/_build/html"} == set()


def test_the_table_of_lessons_is_the_lessons_own():
    part = README.split("<!-- lessons -->")[1].split("<!-- end of lessons -->")[0]
    rows = re.findall(r"^\| \[(.+?)\]\((.+?)\) \| .+\? \| (\d+) \|$", part, re.MULTILINE)
    expected = []
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        cells = Lesson(path).notebook.cells
        minutes = re.search(r"\*\*Time:\*\* (\d+) minutes", cells[1].source)[1]
        title = first_line(cells[0]).removeprefix("# ")
        expected.append((title, f"lessons/{path.name}", minutes))
    assert rows == expected


def test_the_readmes_pictures_exist_and_have_words():
    shown = re.findall(r"!\[(.*?)\]\((.+?)\)", README)
    assert shown
    for words, path in shown:
        assert len(words) > 20
        assert (ROOT / path).stat().st_size < 3_000_000


def test_the_readmes_program_learns_xor():
    source = re.search(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1]
    names = {}
    exec(compile(source, "README.md", "exec"), names)
    assert names["loss"] < 0.1
    assert ((names["model"](names["x"]) > 0) == np.array(names["y"], bool)).all()


def test_the_number_of_bad_submissions_is_that_of_their_tables():
    tables = test_bad_submissions.TABLE, test_bad_submissions.REJECTED_FILES, many.ANSWERS
    count = sum(map(len, tables))
    assert re.search(r"marked fairly \| (\d+) ", README)[1] == str(count)
