"""Progress: points add up, nothing is lost by crashes or two kernels at once, and the map of it."""

import errno
import json
import multiprocessing
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from nncourse import exercises, files
from nncourse.exercises import find
from nncourse.judging.exercise import Verdict
from nncourse.learner import progress


@pytest.fixture(autouse=True)
def path(monkeypatch, tmp_path):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    return path


def solved(id):
    one = find(id)
    return progress.record(one, Verdict(one.points, one.points, 1, 1))


def failed(id):
    return progress.record(find(id), Verdict(0, find(id).points, 0, 1))


def test_points_once_earned_stay(path):
    assert failed("01.2") is None
    assert solved("01.2") is None
    assert failed("01.2") is None
    entry = json.loads(path.read_text(encoding="utf-8"))["exercises"]["01.2"]
    assert (entry["points"], entry["tries"]) == (2, 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["done"])


def test_what_was_not_tried_is_not_stored(path):
    one = find("01.2")
    progress.record(one, Verdict(0, 2, 0, 1, not_started=True))
    progress.record(one, None)
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"exercises": 3}', '{"exercises": {"01.2": {"points": "2"}}}', "\udcff\udcfa"],
)
def test_a_file_that_cannot_be_read_is_kept_aside_and_not_lost(path, text):
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    found = progress.progress()
    assert found.points == 0
    assert "could not be read" in found.remark
    assert re.search("could not be read.* It is kept as progress.json.unreadable-", solved("01.2"))
    (aside,) = path.parent.glob("progress.json.unreadable-*")
    assert aside.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert re.fullmatch(r"progress\.json\.unreadable-\d{4}-\d\d-\d\d-\d{6}", aside.name)
    assert progress.progress().points == 2


GOOD = {"points": 2, "tries": 3}
ODD = {  # what stands in the file for 01.2: the points that count, or None where it is put aside
    "a float": ({"points": 2.0, "tries": 1}, 2),
    "tries are null": ({"points": 2, "tries": None}, 2),
    "no tries": ({"points": 1}, 1),
    "null": (None, None),
    "points are null": ({"points": None, "tries": 1}, None),
    "below zero": ({"points": -50, "tries": 1}, None),
    "text": ({"points": "2", "tries": 1}, None),
    "true": ({"points": True, "tries": 1}, None),
    "half": ({"points": 1.5, "tries": 1}, None),
    "huge": ({"points": 1e300, "tries": 1}, None),
    "a list": ([2, 1], None),
    "a number": (2, None),
}


@pytest.mark.parametrize("name", ODD)
def test_one_odd_entry_costs_no_other(path, name):
    entry, points = ODD[name]
    text = json.dumps({"version": 1, "exercises": {"01.2": entry, "01.3": GOOD}})
    path.write_text(text, encoding="utf-8")
    found = progress.progress()
    assert found.points == 2 + (points or 0)
    assert ("01.2" in found.remark) == (points is None)
    said = solved("01.1")
    assert (said is None) == (points is not None)
    if said:
        assert "In progress.json the entry of 01.2 could not be read." in said
        (aside,) = path.parent.glob("*.unreadable-*")
        assert aside.read_text(encoding="utf-8") == text
    assert progress.progress().points == 3 + (points or 0)
    assert progress.progress().remark == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_read(path, encoding):
    path.write_bytes(json.dumps({"exercises": {"01.2": GOOD}}).encode(encoding))
    assert progress.progress().points == 2
    assert solved("01.1") is None
    assert progress.progress().points == 3


def test_a_merge_that_git_left_open_counts_the_better_of_each(path):
    ours = json.dumps(
        {"exercises": {"01.1": {"points": 1, "tries": 9}, "01.2": {"points": 0, "tries": 1}}}
    )
    theirs = json.dumps({"exercises": {"01.2": {"points": 2, "tries": 4}}})
    path.write_text(
        f"<<<<<<< HEAD\n{ours}\n||||||| base\n{{}}\n=======\n{theirs}\n>>>>>>> other\n",
        encoding="utf-8",
    )
    assert progress.progress().points == 3
    assert "two sides of a merge" in solved("01.1")
    assert json.loads(path.read_text(encoding="utf-8"))["exercises"]["01.2"]["tries"] == 4


def test_a_merge_inside_the_entries(path):
    path.write_text(
        '{"version": 1, "exercises": {\n<<<<<<< HEAD\n"01.1": {"points": 1, "tries": 1}\n=======\n'
        '"01.2": {"points": 2, "tries": 1}\n>>>>>>> other\n}}\n',
        encoding="utf-8",
    )
    assert progress.progress().points == 3


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL])
def test_a_file_system_without_locks_still_keeps_points(path, monkeypatch, number):
    def refuse(file):
        raise OSError(number, "no locks here")

    monkeypatch.setattr(files, "lock", refuse)
    monkeypatch.setattr(files, "unlock", refuse)
    assert solved("01.2") is None
    assert progress.progress().points == 2


WITHOUT_LOCKS = """
import sys
sys.modules["fcntl"] = sys.modules["msvcrt"] = None
from nncourse.learner import progress
from nncourse.exercises import find
from nncourse.judging.exercise import Verdict
assert progress.record(find("01.2"), Verdict(2, 2, 1, 1)) is None
assert progress.progress().points == 2
"""


def test_a_python_without_locks_as_in_a_browser_keeps_points(path):
    subprocess.run([sys.executable, "-c", WITHOUT_LOCKS], timeout=60, check=True)
    assert path.exists()


def test_where_there_is_my_it_is_kept_there(monkeypatch, tmp_path):
    monkeypatch.delenv("NNLIB_PROGRESS")
    monkeypatch.setattr(progress, "ROOT", tmp_path)
    (tmp_path / "exercises").mkdir()
    assert progress.location() == tmp_path / "progress.json"
    (tmp_path / "my").mkdir()
    assert progress.location() == tmp_path / "my" / "progress.json"


def test_two_unreadable_files_in_one_second_are_both_kept(path):
    for text in ("one", "two", "three"):
        path.write_text(text, encoding="utf-8")
        solved("01.2")
    found = sorted(file.read_text(encoding="utf-8") for file in path.parent.glob("*.unreadable-*"))
    assert found == ["one", "three", "two"]


@pytest.mark.parametrize("where", ["replace", "fsync"])
def test_a_crash_while_writing_leaves_the_old_file(path, monkeypatch, where):
    solved("01.1")
    before = path.read_text(encoding="utf-8")

    def crash(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, where, crash)
    assert "No space left on device" in solved("01.2")
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == before
    assert not list(path.parent.glob("*.tmp"))


KILLED = """
import os, sys
from nncourse.learner import progress
from nncourse.exercises import find
from nncourse.judging.exercise import Verdict
os.replace = lambda *_: os._exit(9)
progress.record(find("01.2"), Verdict(2, 2, 1, 1))
"""


def test_a_process_killed_while_writing_leaves_the_old_file_and_no_lock(path):
    solved("01.1")
    before = path.read_text(encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", KILLED], timeout=60)
    assert done.returncode == 9
    assert path.read_text(encoding="utf-8") == before
    assert solved("01.2") is None
    assert progress.progress().points == 3


def record_often(id):
    for _ in range(25):
        assert solved(id) is None


def test_kernels_that_write_at_once_lose_nothing(path):
    ids = ["01.1", "01.2"]
    context = multiprocessing.get_context("spawn")  # children see NNLIB_PROGRESS
    children = [context.Process(target=record_often, args=(id,)) for id in ids]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * len(ids)
    entries = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    assert {id: entries[id]["tries"] for id in ids} == dict.fromkeys(ids, 25)


def test_a_lock_that_is_held_too_long_is_a_sentence(path, monkeypatch):
    monkeypatch.setattr(progress, "LOCK_SECONDS", 0.1)
    with progress.locked(path):
        assert "another notebook holds the file" in solved("01.2")
    assert solved("01.2") is None


def test_a_folder_that_does_not_let_us_write_is_a_sentence(path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root, as tests may be, can write anywhere
    text = solved("01.2")
    assert text == (
        "Your points could not be stored in progress.json: Permission denied. Only that is lost."
    )


def test_where_it_is_kept(monkeypatch, tmp_path):
    for off in ("off", "OFF"):
        monkeypatch.setenv("NNLIB_PROGRESS", off)
        assert progress.location() is None
        assert solved("01.2") is None
    monkeypatch.delenv("NNLIB_PROGRESS")
    assert progress.location().name == "progress.json"
    assert progress.ROOT in progress.location().parents
    for folder in ("solutions", "elsewhere"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "solutions")
    assert progress.location() is None  # running the answers is no progress
    assert "not stored here" in repr(progress.progress())
    monkeypatch.setattr(progress, "ROOT", tmp_path / "site-packages")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert progress.location() == tmp_path / "elsewhere" / "progress.json"


def test_the_map_in_text(path):
    solved("01.1")
    failed("01.2")
    found = progress.progress()
    lines = repr(found).splitlines()
    assert lines[0] == f"1 of {found.of} points"
    number = len(exercises.lesson("01").EXERCISES)
    (line,) = [line for line in lines if line.startswith("01 The neuron")]
    assert line.endswith("✓✗" + "○" * (number - 2))
    first = find("01.2")  # tried last, and not yet right
    assert f"Next: {first.id} {first.title}, about {first.minutes} minutes." in lines
    assert repr(progress.progress()) == repr(found)
    assert len(found.rows) == len(exercises.lessons())


def test_the_map_when_all_is_done():
    for one in exercises.all_exercises():
        solved(one.id)
    found = progress.progress()
    assert found.points == found.of == sum(one.points for one in exercises.all_exercises())
    assert "Every exercise is done." in repr(found)
    assert "○" not in found._repr_html_()
    assert "✗" not in found._repr_html_()


def test_the_map_in_html_says_each_state_by_a_sign_too():
    solved("01.1")
    failed("01.2")
    html = progress.progress()._repr_html_()
    page = BeautifulSoup(html, "html.parser")
    for state, name in (("done", "✓ 01.1"), ("tried", "✗ 01.2"), ("open", "○ 01.3")):
        chips = [chip for chip in page.select("span") if chip.text == name]
        assert [chip["class"] for chip in chips] == [[state]]
        assert chips[0].a["href"].startswith("../exercises/01_the_neuron.ipynb#Exercise-01.")
    assert len(page.select("tbody tr")) == len(exercises.lessons())
    assert page.tbody.a["href"] == "../lessons/00_start_here.ipynb"
    for one in page.select("a[href]"):
        assert (progress.ROOT / "lessons" / one["href"].split("#")[0]).is_file()
    assert "17_milestones" in page.p.a["href"]  # the goal


def test_the_links_lead_to_the_headings_of_the_exercises():
    for exercise in exercises.all_exercises():
        (notebook,) = progress.ROOT.glob(f"exercises/{exercise.lesson}_*.ipynb")
        heading = progress.anchor(exercise).replace("-", " ")
        texts = [line.replace("-", " ").replace("`", "") for line in headings(notebook)]
        assert f"## {heading}" in texts


def headings(notebook):
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        yield from "".join(cell["source"]).splitlines()


@pytest.mark.parametrize(
    ("tried", "wanted"),
    [((), "00.1"), (("05.1", "05.2"), "05.3"), (("00.1", "02.1"), "02.2")],
)
def test_the_next_step_follows_the_furthest_one(path, tried, wanted):
    for id in tried:
        solved(id)
    assert progress.progress().next().id == wanted


def test_the_next_step_is_the_one_that_was_tried_last_and_is_not_right_yet(path):
    solved("05.1")
    failed("05.2")
    assert progress.progress().next().id == "05.2"


def test_points_of_an_exercise_that_has_changed_or_gone_do_no_harm(path):
    entry = {"points": 100, "tries": 1}
    path.write_text(json.dumps({"exercises": {"01.2": entry, "98.7": entry}}), encoding="utf-8")
    assert progress.progress().points == find("01.2").points
    solved("01.1")
    assert "98.7" in json.loads(path.read_text(encoding="utf-8"))["exercises"]


def test_progress_from_the_command_line(capsys):
    solved("01.1")
    assert progress.main([]) == 0
    assert "01 The neuron" in capsys.readouterr().out
