"""A folder as a whole: who handed in what, on which executor, overrides, regrades and reports."""

import csv
import json
import os
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import SimpleNamespace

import pytest

from nncourse.grading import __main__ as command_line
from nncourse.grading import cluster, report, sandbox
from nncourse.grading import folder as folder_of_submissions
from nncourse.grading.book import Book, Override, OverrideError, read_overrides, read_results
from nncourse.grading.folder import grade, reference_sources
from nncourse.grading.judge import Remembering
from nncourse.grading.layouts import find
from nncourse.grading.marking import FAILED, GRADED, REJECTED, cases_of, grade_submission
from nncourse.grading.names import page_name
from nncourse.grading.protocol import decode
from nncourse.grading.sandbox import NoSandbox
from nncourse.grading.submissions import Submission, read, read_cells, which_lesson
from tests.nncourse.grading import lesson
from tests.nncourse.grading.helpers import POINTS, marking_once, notebook, points, settings
from tests.nncourse.grading.needs import needs_bubblewrap

pytestmark = pytest.mark.timeout(300)

WRONG = "def my_largest(x):\n    return np.min(x)"
CLASS = {
    "ada": notebook(),
    "boole": notebook(my_largest=WRONG),
    "curie": notebook(my_mean="def my_mean(x): return np.sum(x)"),
    "dirac": notebook(my_largest="def my_largest(x):\n    import os; os._exit(1)"),
    "euler": notebook(before=["%matplotlib inline"]),
    "fermi": b"",
}


def class_of(folder, students):
    for student, data in students.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "05_numbers.ipynb").write_bytes(data)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Six submissions, one of them empty."""
    return class_of(tmp_path / "submissions", CLASS)


grade_once = marking_once()


@pytest.fixture
def remembered(monkeypatch):
    monkeypatch.setattr(folder_of_submissions, "grade_submission", grade_once)


# ------------------------------------------------------------------------------- handing in
def handed_in(folder):
    return [(one.student, one.path) for one in find(folder, settings()).submissions]


def put(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(notebook())


def test_notebooks_side_by_side_are_of_one_learner(tmp_path):
    put(tmp_path / "ada", "05_numbers.ipynb", "06_more.ipynb", ".ipynb_checkpoints/05.ipynb")
    assert handed_in(tmp_path / "ada") == [("ada", "05_numbers.ipynb"), ("ada", "06_more.ipynb")]


def test_the_folder_of_reports_is_nobodys_submission(tmp_path):
    put(tmp_path, "ada/05_numbers.ipynb")
    report.write(Book([rejected("ada")], settings()), tmp_path / "grades")
    assert handed_in(tmp_path) == [("ada", "ada/05_numbers.ipynb")]


def test_a_file_for_a_folder(tmp_path):
    put(tmp_path, "05.ipynb")
    with pytest.raises(NotADirectoryError, match="not a folder"):
        find(tmp_path / "05.ipynb")


def test_too_large_a_file_is_rejected_unread(tmp_path):
    put(tmp_path, "ada/05.ipynb")
    os.truncate(tmp_path / "ada" / "05.ipynb", 40_000_000)
    (found,) = find(tmp_path).submissions
    assert "40 MB" in read(found, tmp_path).reason


def test_the_lesson_is_known_by_its_cells_when_the_name_says_nothing():
    cells, lessons = read_cells(notebook()), settings().lessons
    assert which_lesson(cells, "final_version (2).ipynb", lessons) == "05"


def test_a_notebook_of_no_lesson_is_rejected():
    data = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1"}]})
    found = grade_submission(Submission("a", "holiday.ipynb", data.encode()), settings())
    assert found["status"] == REJECTED
    assert "which lesson" in found["reason"]


# ------------------------------------------------------------------------------- executors
@needs_bubblewrap
@pytest.mark.usefixtures("remembered")
def test_dask_with_a_worker_killed_gives_the_same_marks(tmp_path):
    sleeps = notebook(before=["import time\ntime.sleep(2)"])
    students = {name: CLASS[name] for name in ("ada", "boole", "fermi")} | {"gauss": sleeps}
    folder = class_of(tmp_path, students)
    serial = grade(folder, None, settings())
    clustered, killed = on_a_cluster_that_loses_a_worker(folder)
    assert killed
    assert serial.points() == clustered.points()
    assert serial.statuses() == clustered.statuses() == {GRADED: 3, REJECTED: 1, FAILED: 0}
    assert sum(serial.points()["ada"].values()) == sum(POINTS.values())
    assert serial.total("boole") == (12, 14)


def on_a_cluster_that_loses_a_worker(folder):
    """Grade on two dask workers, of which one is killed half a second later."""
    distributed = pytest.importorskip("distributed")
    killed = []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as local,
        distributed.Client(local) as client,
    ):
        pids = client.run(os.getpid)

        def kill_one(*_):
            os.kill(next(iter(pids.values())), signal.SIGKILL)
            killed.append(True)

        threading.Timer(0.5, kill_one).start()
        with cluster.dask_executor(local.scheduler_address) as executor:
            book = grade(folder, executor, settings())
    return book, killed


class Breaks(ThreadPoolExecutor):
    """An executor whose process dies whenever it gets boole's work."""

    def submit(self, function, submission, *rest):
        if submission.student == "boole":
            future = Future()
            future.set_exception(BrokenProcessPool("it died"))
            return future
        if submission.student == "curie":
            future = Future()
            future.set_exception(RuntimeError("a bug"))
            return future
        return super().submit(function, submission, *rest)


@needs_bubblewrap
@pytest.mark.usefixtures("remembered")
def test_a_dead_process_is_tried_again_and_a_bug_is_the_engines_failure(folder):
    with Breaks(1) as executor:
        book = grade(folder, executor, settings())
    assert book.statuses() == {GRADED: 4, REJECTED: 1, FAILED: 1}
    assert book.total("boole") == (12, 14)
    assert "curie" not in [s for s, marks in book.points().items() if marks]
    (failed,) = [outcome for outcome in book.outcomes if outcome["status"] == FAILED]
    assert failed["reason"] == "RuntimeError: a bug"


def test_a_bug_of_the_engine_is_no_zero():
    given = Submission("a", "05.ipynb", notebook())
    found = grade_submission(given, settings(lessons={"05": "no.such.module"}))
    assert found["status"] == FAILED
    assert "ModuleNotFoundError" in found["reason"]


def test_a_seed_repeats_the_random_cases_and_another_brings_others():
    exercise = Remembering(lesson.EXERCISES[4], [1, *b"05.5"]).all_cases
    first, again, other = (
        [decode(case)[0].tolist() for case in cases_of(lesson.MODULE, seed, "05.5")]
        for seed in (1, 1, 2)
    )
    assert [case[0].tolist() for case in exercise] == first
    assert first == again
    fixed = len(lesson.FIXED)
    assert first[:fixed] == other[:fixed]
    assert all(mine != theirs for mine, theirs in zip(first[fixed:], other[fixed:], strict=True))


# ------------------------------------------------------------------------------- the sandbox
def test_without_bubblewrap_grading_refuses_and_says_how_to_install_it(folder, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    sandbox.working_way.cache_clear()
    try:
        with pytest.raises(NoSandbox, match="sudo apt install bubblewrap"):
            grade(folder, None, settings())
        monkeypatch.setattr(command_line, "course_settings", lambda *a, **k: settings(**k))
        out = ["--out", str(folder / "out"), "--executor", "serial", "--quiet"]
        assert command_line.main([str(folder), *out]) == 2
        assert "--no-sandbox-i-trust-this-code" in capsys.readouterr().err
        assert not (folder / "out").exists()
        assert command_line.main([str(folder), *out, "--no-sandbox-i-trust-this-code"]) == 0
        assert read_results(folder / "out" / "results.json")["sandbox"] is False
    finally:
        sandbox.working_way.cache_clear()


LOOK = """
import os
found = sorted(set(os.listdir("/")) - {"usr", "lib", "lib64", "etc", "dev", "proc", "nix"})
status = open("/proc/self/status").read() if os.path.exists("/proc/self") else ""
rights = [line.split()[1] for line in status.splitlines() if line.startswith("CapEff")]
assert os.getuid() != 0
assert rights in ([], ["0" * 16])
assert "home" not in found
assert os.listdir("/course/nncourse") == ["exercises"]
assert os.listdir("/course/nncourse/exercises") == ["given"]
assert os.listdir("/tmp") == []
assert not os.path.exists("/etc/passwd")
assert list(os.environ) and "SECRET" not in os.environ
my_number = 42
"""


@needs_bubblewrap
def test_the_worker_is_a_user_without_rights_who_sees_almost_nothing(monkeypatch):
    monkeypatch.setenv("SECRET", "of the instructor")
    found = grade_submission(Submission("a", "05.ipynb", notebook(my_number=LOOK)), settings())
    assert points(found) == POINTS


# ------------------------------------------------------------------------------- the book
@needs_bubblewrap
@pytest.mark.usefixtures("remembered")
def test_the_better_of_two_counts_and_the_missing_are_listed(tmp_path):
    put(tmp_path, "ada/05_numbers.ipynb")
    (tmp_path / "ada" / "05 (1).ipynb").write_bytes(CLASS["boole"])
    (tmp_path / "bob").mkdir()
    book = grade(tmp_path, None, settings(), expect=["05"])
    assert book.total("ada") == (14, 14)
    assert book.lessons("ada")["05"]["path"] == "ada/05_numbers.ipynb"
    assert [(o["student"], o["path"]) for o in book.outcomes if o["status"] == REJECTED] == [
        ("bob", "bob"),
        ("bob", "-"),
    ]


def test_what_was_expected_and_is_not_there_is_a_change_with_the_name_of_its_lesson():
    outcomes = [
        {"student": "ada", "path": "ada/05.ipynb", "lesson": "05", "status": GRADED},
        {"student": "ada", "path": "-", "lesson": "06", "status": REJECTED},
    ]
    now = SimpleNamespace(points=dict, outcomes=outcomes)
    assert Book.changes(now, {"submissions": outcomes[:1]}) == [
        {"student": "ada", "what": "lesson 06", "before": "-", "after": REJECTED}
    ]


@needs_bubblewrap
@pytest.mark.usefixtures("remembered")
def test_overrides_survive_a_regrade_which_shows_what_changed(
    folder, tmp_path, capsys, monkeypatch
):
    seeds = []

    def fixed(seed, trusted=False):
        seeds.append(seed)
        return settings(seed=5 if seed is None else seed)

    monkeypatch.setattr(command_line, "course_settings", fixed)
    out = tmp_path / "grades"
    words = [str(folder), "--out", str(out), "--executor", "serial", "--quiet"]
    assert command_line.main(words) == 0
    assert "6 submissions" in capsys.readouterr().out
    given = "student,exercise,points,reason\nboole,05.5,1,told me\n"
    (out / "overrides.csv").write_text(given, encoding="utf-8")
    (folder / "dirac" / "05_numbers.ipynb").write_bytes(notebook())
    assert command_line.main(words) == 0
    said = capsys.readouterr().out
    assert "changed: boole, 05.5: 0 -> 1" in said
    assert "changed: dirac, 05.5: 0 -> 2" in said
    assert seeds == [None, 5]
    assert command_line.main(words) == 0
    assert "Nothing has changed" in capsys.readouterr().out
    assert "told me" in (out / "overrides.csv").read_text(encoding="utf-8")
    results = read_results(out / "results.json")
    assert results["points"]["boole"]["05.5"] == 1
    assert "told me" in (out / "students" / "boole.html").read_text(encoding="utf-8")
    assert {row["student"]: row["points"] for row in rows(out / "grades.csv")} == {
        "ada": "14",
        "boole": "13",
        "curie": "12",
        "dirac": "14",
        "euler": "14",
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ada,05.5,many,why", "not a number"),
        ("ada,05.5,3,why", "0 to 2 points"),
        ("ada,09.9,1,why", "no exercise '09.9'"),
    ],
)
def test_overrides_that_cannot_be_applied(tmp_path, line, says):
    path = tmp_path / "overrides.csv"
    path.write_text(f"student,exercise,points,reason\n{line}\n", encoding="utf-8")
    with pytest.raises(OverrideError, match=says):
        Book([], settings(), read_overrides(path))


def rejected(student, path="05.ipynb"):
    return grade_submission(Submission(student, path, b""), settings())


def test_an_override_counts_where_nothing_could_be_graded():
    book = Book([rejected("fermi")], settings(), [Override("fermi", "05.1", 2, "on paper")])
    assert book.points()["fermi"]["05.1"] == 2
    assert book.total("fermi") == (2, 14)


# ------------------------------------------------------------------------------- the reports
def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_bubblewrap
@pytest.mark.usefixtures("remembered")
def test_the_reports_hold_the_same_marks_in_every_form(folder, tmp_path):
    book = grade(folder, None, settings())
    report.write(book, tmp_path)
    nbgrader = {row["student_id"]: row for row in rows(tmp_path / "nbgrader.csv")}
    assert (nbgrader["boole"]["score"], nbgrader["boole"]["max_score"]) == ("12", "14")
    assert nbgrader["boole"]["assignment"] == "05_numbers"
    gradescope = json.loads((tmp_path / "gradescope" / "boole_05.json").read_text(encoding="utf-8"))
    assert gradescope["score"] == sum(test["score"] for test in gradescope["tests"]) == 12
    (wrong,) = [test for test in gradescope["tests"] if test["status"] == "failed"]
    assert "my_largest(" in wrong["output"]
    by_status = {row["student"]: row["status"] for row in rows(tmp_path / "submissions.csv")}
    assert by_status["fermi"] == "rejected"
    assert "fermi" not in nbgrader
    lines = [row for row in rows(tmp_path / "exercises.csv") if row["student"] == "boole"]
    assert [row["points"] for row in lines] == ["2", "2", "2", "2", "0", "2", "2"]
    page = (tmp_path / "students" / "boole.html").read_text(encoding="utf-8")
    assert "12 of 14 points" in page
    assert "What to do next" in page
    assert "exercises/05_numbers.ipynb" in page
    assert "check(&quot;05.5&quot;, my_largest)" in page
    assert "mistake 1" in page
    curie, fermi, index = (
        (tmp_path / name).read_text(encoding="utf-8")
        for name in ("students/curie.html", "students/fermi.html", "index.html")
    )
    assert "right one was put in its place" in curie
    assert "empty" in fermi
    assert "6 submissions: 5 graded, 1 rejected, 0 failed" in index


@needs_bubblewrap
def test_nothing_that_a_learner_writes_gets_into_a_page_or_a_formula(tmp_path):
    attack = "<script>alert(1)</script>"
    shout = f"def my_largest(x):\n    raise ValueError('''{attack}`{attack}`''')"
    given = Submission(f"=cmd()'{attack}", f"{attack}/05.ipynb", notebook(my_largest=shout))
    book = Book([grade_submission(given, settings()), rejected(f"../{attack}")], settings())
    report.write(book, tmp_path)
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert attack not in text
        assert text.count("<script") == (path.name == "index.html" or path.parent.name == "lessons")
        assert path.resolve().relative_to(tmp_path).parts[0] in (
            *("index.html", "similarity.html", "students", "lessons", "exercises"),
        )
    assert "ValueError" in (tmp_path / "exercises.csv").read_text(encoding="utf-8")
    assert [row["student"][:6] for row in rows(tmp_path / "grades.csv")] == ["'=cmd("]


def test_pages_of_learners_who_have_left_are_removed_and_overrides_never(tmp_path):
    report.write(Book([rejected("ada"), rejected("bob")], settings()), tmp_path)
    given = "student,exercise,points,reason\nada,05.1,1,x\n"
    (tmp_path / "overrides.csv").write_text(given, encoding="utf-8")
    before = read_results(tmp_path / "results.json")
    report.write(Book([rejected("ada")], settings()), tmp_path, before)
    assert [path.name for path in (tmp_path / "students").iterdir()] == ["ada.html"]
    assert "ada,05.1,1,x" in (tmp_path / "overrides.csv").read_text(encoding="utf-8")
    assert [row["student"] for row in rows(tmp_path / "changes.csv")] == ["bob"]


def test_learners_with_like_names_have_pages_of_their_own():
    names = ["Zoë", "Zoé", "zo/e", "../zoe", "a" * 50, "a" * 60, ""]
    pages = [page_name(name) for name in names]
    assert len(set(pages)) == len(names)
    assert all(page.replace("_", "").isalnum() and page.isascii() for page in pages)


def test_references_come_from_the_solutions_notebook():
    assert reference_sources(read_cells(notebook()), lesson.EXERCISES) == lesson.ANSWERS
