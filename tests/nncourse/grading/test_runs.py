"""A run as a whole: what ends it early loses nothing, what is odd in it stops nobody else."""

import contextlib
import csv
import errno
import functools
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nncourse import files
from nncourse.grading import __main__ as command_line
from nncourse.grading import cluster, folder, journal, memory, report
from nncourse.grading.book import read_results
from nncourse.grading.marking import grade_submission, new_outcome
from nncourse.grading.submissions import Submission
from tests.nncourse.grading.helpers import as_bytes, cells, notebook, settings
from tests.nncourse.grading.needs import needs_bubblewrap

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[3]
WRONG = "def my_largest(x):\n    return np.min(x)"
SLEEP = "import time\ntime.sleep(0.3)"


def put(top, student, data):
    path = os.path.join(
        os.fsencode(top), student if isinstance(student, bytes) else student.encode()
    )
    os.makedirs(path, exist_ok=True)
    with open(path + b"/05_numbers.ipynb", "wb") as file:
        file.write(data)


@pytest.fixture
def submissions(tmp_path):
    """Twelve learners, three with odd names, one with nothing that can be read."""
    top = tmp_path / "in"
    for number in range(8):
        put(top, f"learner{chr(97 + number)}", notebook(before=[f"# {number}"]))
    put(top, b"Jos\xe9", notebook(my_largest=WRONG))
    put(top, b"a\nb", notebook())
    put(top, b"=cmd()|<b>x", notebook())
    put(top, "zoe", b"{")
    return top


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run(folder, *words): the command line, with the small lesson; returns its exit code."""

    def few(seed=None, trusted=False):
        return settings(seed=11 if seed is None else seed, trusted=trusted)

    monkeypatch.setattr(command_line, "course_settings", few)
    monkeypatch.setattr(folder, "grade_submission", remembered)

    def run(top, *words, executor="serial"):
        out = ["--out", str(tmp_path / "grades"), "--executor", executor, "--quiet"]
        return command_line.main([str(top), *out, *words])

    return run


def points(out):
    return read_results(out / "results.json")["points"]


@functools.cache
def marked(data):
    return grade_submission(Submission("", "05.ipynb", data), settings(seed=11))


def remembered(submission, settings):
    """grade_submission() that marks each kind of notebook once: what is tested is all around it."""
    if submission.data == b"{" or submission.reason:
        return grade_submission(submission, settings)
    wrong = {"my_largest": WRONG} if b"np.min" in submission.data else {}
    about = {"student": submission.student, "path": submission.path}
    return new_outcome(submission) | marked(notebook(**wrong)) | about


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------------------- ended early
class Slow:
    """grade_submission() that ends the run at the fifth."""

    def __init__(self, then):
        self.count, self.then = 0, then

    def __call__(self, submission, settings):
        self.count += 1
        if self.count == 5:
            self.then()
        return remembered(submission, settings)


def interrupt():
    raise KeyboardInterrupt


@needs_bubblewrap
def test_ctrl_c_keeps_what_was_graded_and_the_next_run_goes_on(
    submissions, run, tmp_path, monkeypatch, capsys
):
    assert run(submissions) == 0
    undisturbed = points(tmp_path / "grades")
    os.rename(tmp_path / "grades", tmp_path / "whole")
    monkeypatch.setattr(folder, "grade_submission", Slow(interrupt))
    assert run(submissions) == 130
    assert "4 outcomes are kept" in capsys.readouterr().err
    counted = Slow(lambda: None)
    counted.count = 100
    monkeypatch.setattr(folder, "grade_submission", counted)
    assert run(submissions) == 0
    assert "4 are graded already" in capsys.readouterr().out
    assert counted.count == 108
    assert points(tmp_path / "grades") == undisturbed
    assert not (tmp_path / "grades" / "journal.jsonl").exists()


@needs_bubblewrap
def test_a_full_disk_keeps_what_was_graded(submissions, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(folder, "grade_submission", Slow(lambda: filling(monkeypatch)))
    assert run(submissions) == 2
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "4 outcomes are kept" in said
    monkeypatch.undo()


def filling(monkeypatch):
    """From now on the disk takes half of a line."""
    line = journal.Journal.line

    def full(self, data):
        whole = self.file

        class Disk:
            def write(self, made):
                whole.write(made[: len(made) // 2])
                whole.flush()
                raise OSError(errno.ENOSPC, "No space left on device")

            def __getattr__(self, name):
                return getattr(whole, name)

        self.file = Disk()
        try:
            return line(self, data)
        finally:
            self.file = whole

    monkeypatch.setattr(journal.Journal, "line", full)


def test_a_torn_line_of_a_journal_is_passed_over(tmp_path):
    kept = journal.Journal(tmp_path, {"seed": 1})
    kept.add(["a", "p", "d"], {"status": "graded"})
    kept.add(["b", "p", "d"], {"status": "graded"})
    kept.close()
    path = tmp_path / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    again = journal.Journal(tmp_path, {"seed": 1})
    assert (again.kept, again.outcome(["a", "p", "d"])) == (1, {"status": "graded"})
    assert again.outcome(["b", "p", "d"]) is None
    again.add(["b", "p", "d"], {"status": "graded"})
    again.close()
    assert path.read_bytes() == whole
    other = journal.Journal(tmp_path, {"seed": 2})
    assert other.kept == 0
    other.close()


def test_a_journal_of_odd_lines_is_no_trouble(tmp_path):
    (tmp_path / "journal.jsonl").write_bytes(b"\xff\xfe\n[]\n{}\nnull\n")
    kept = journal.Journal(tmp_path, {"seed": 1})
    assert kept.kept == 0
    kept.close()


COMMAND = """
import sys
from nncourse.grading import __main__ as command_line
from nncourse.grading.submissions import Submission
from tests.nncourse.grading.helpers import settings
command_line.course_settings = lambda seed=None, trusted=False: settings(seed=11)
if __name__ == "__main__":
    sys.exit(command_line.main(sys.argv[1:]))
"""


def started(tmp_path, top, *words):
    """The command line in a process of its own, which is no child of any shell."""
    script = tmp_path / "command.py"
    script.write_text(COMMAND, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    out = ["--out", str(tmp_path / "grades"), "--quiet", *words]
    return subprocess.Popen(
        [sys.executable, str(script), str(top), *out],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Ctrl+C counts there, also where the tests themselves run in the background without it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def lines_of(path):
    with contextlib.suppress(OSError):
        return path.read_bytes().count(b"\n")
    return 0


def until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def session_of(pid):
    """The processes that are still in the session of a process."""
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, IndexError):
            if name.isdigit():
                stat = Path("/proc", name, "stat").read_text(encoding="utf-8")
                fields = stat.rpartition(")")[2].split()
                if int(fields[3]) == pid and fields[0] != "Z":
                    found.append(int(name))
    return found


@needs_bubblewrap
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are counted in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_however_a_run_ends_its_processes_end_too_and_another_goes_on(tmp_path, run, capsys, how):
    top = tmp_path / "in"
    for number in range(6):
        put(top, f"learner{chr(97 + number)}", notebook(before=[f"# {number}", SLEEP]))
    process = started(tmp_path, top, "--workers", "2")
    kept = tmp_path / "grades" / "journal.jsonl"
    until(lambda: lines_of(kept) > 2)
    process.send_signal(how)
    process.communicate(timeout=30)
    assert process.returncode in (-how, 130)
    until(lambda: session_of(process.pid) == [])
    before = lines_of(kept) - 1
    assert 2 <= before < 6
    assert run(top) == 0
    assert f"{before} are graded already" in capsys.readouterr().out
    assert {sum(marks.values()) for marks in points(tmp_path / "grades").values()} == {14}


@needs_bubblewrap
def test_ctrl_c_ends_a_run_of_processes_whatever_waits(tmp_path):
    top = tmp_path / "in"
    for number in range(30):
        endless = notebook(before=[f"# {number}", "import time\ntime.sleep(3)"])
        put(top, f"learner{number}", endless)
    process = started(tmp_path, top, "--workers", "2")
    # a sandbox is a session of its own
    until(lambda: len(session_of(process.pid)) < len(memory.descendants(process.pid)))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)  # the rest would take 45 s
    assert process.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors


STUCK = """
import threading
command_line.GIVE_UP = 1
from nncourse.grading.folder import Processes
Processes.stop = lambda self: threading.Event().wait()
"""


@needs_bubblewrap
def test_a_stopped_run_that_waits_for_itself_is_ended_by_the_system(tmp_path, monkeypatch):
    head, main = COMMAND.split("if __name__")
    monkeypatch.setitem(globals(), "COMMAND", f"{head}{STUCK}if __name__{main}")
    put(tmp_path / "in", "learnera", notebook())
    put(tmp_path / "in", "learnerb", notebook(before=["import time\ntime.sleep(60)"]))
    process = started(tmp_path, tmp_path / "in", "--workers", "2")
    until(lambda: lines_of(tmp_path / "grades" / "journal.jsonl") > 1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGALRM
    until(lambda: session_of(process.pid) == [])


WITH_A_PROMPT = """
import signal, time
sys.ps1, command_line.GIVE_UP = ">>> ", 1

def run(options):
    signal.raise_signal(signal.SIGINT)

command_line.run = run
if __name__ == "__main__":
    stopped = command_line.main(sys.argv[1:])
    time.sleep(2)
    print("went on after", stopped)
"""


def test_a_prompt_goes_on_after_a_run_that_was_stopped(tmp_path, monkeypatch):
    head = COMMAND.split("if __name__")[0]
    monkeypatch.setitem(globals(), "COMMAND", head + WITH_A_PROMPT)
    told, errors = started(tmp_path, tmp_path).communicate(timeout=60)
    assert "went on after 130" in told, errors


@needs_bubblewrap
def test_the_second_of_two_graders_on_one_folder_stops_and_says_so(
    submissions, run, tmp_path, capsys
):
    with journal.claimed(tmp_path / "grades"):
        assert run(submissions) == 2
        assert "Another grader is writing into" in capsys.readouterr().err
    assert run(submissions) == 0


# ------------------------------------------------------------------------------- before it begins
BEFORE = {
    "a slip in a name": ("overrides.csv", "learnera,05.1,1,x\nlerneraa,05.1,1,x\n", "lerneraa"),
    "no such exercise": ("overrides.csv", "learnera,05.11,1,x\n", "no exercise '05.11'. Near it"),
    "too many points": ("overrides.csv", "learnera,05.1,9,x\n", "line 2: learnera, 05.1: expected"),
    "no number": ("overrides.csv", "learnera,05.1,two,x\n", "line 2: points is not a number"),
    "nobody": ("overrides.csv", ",05.1,2,x\n", "line 2 names nobody"),
    "not finite": ("overrides.csv", "learnera,05.1,nan,x\n", "not a number"),
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_slip_in_the_overrides_is_named_before_anything_runs(
    submissions, run, tmp_path, capsys, monkeypatch, name
):
    file, text, words = BEFORE[name]
    monkeypatch.setattr(folder, "grade_submission", lambda *_: pytest.fail("it was graded"))
    (tmp_path / "grades").mkdir()
    given = f"student,exercise,points,reason\n{text}"
    (tmp_path / "grades" / file).write_text(given, encoding="utf-8")
    assert run(submissions) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "grades" / "index.html").exists()


OTHER_TABLES = {
    "no column": ("overrides.csv", "who,what\na,b\n", "points are missing"),
    "due: no date": ("deadlines.csv", "lesson,due\n05,soon\n", "line 2: due is 'soon'"),
    "due: no lesson": ("deadlines.csv", "lesson,due\n77,2026-01-01\n", "no lesson '77'"),
    "due: nobody": (
        "deadlines.csv",
        "lesson,due,student\n05,2026-01-01,lernera\n",
        "Near it: learnera",
    ),
    "due: no share": (
        "deadlines.csv",
        "lesson,due,penalty\n05,2026-01-01,200\n",
        "penalty is '200'",
    ),
    "due: no grace": ("deadlines.csv", "lesson,due,grace\n05,2026-01-01,long\n", "grace is 'long'"),
    "rubric: no name": ("rubric.csv", "exercise,points\n05,2\n", "exercise is '05'"),
    "rubric: no points": ("rubric.csv", "exercise,points\n05.words,0\n", "above 0"),
    "rubric: twice": ("rubric.csv", "exercise,points\n05.w,1\n05.w,1\n", "has 'all' twice"),
    "roster: nobody": ("roster.csv", "student\n", "nobody in it"),
    "roster: cells": ("roster.csv", "student,email\na,b,c,d\n", "line 2 has 4 cells"),
}


@pytest.mark.parametrize("name", OTHER_TABLES)
def test_a_slip_in_another_table_too(submissions, run, tmp_path, capsys, name):
    file, text, words = OTHER_TABLES[name]
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / file).write_text(text, encoding="utf-8")
    assert run(submissions) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--expect", "05,77"], "no lesson '77'"),
        (["--roster", "none.csv"], "nobody in it"),
        (["--pattern", "x"], "has {student} once"),
        (["--executor", "threads"], "--executor is"),
    ],
)
def test_a_slip_on_the_command_line(submissions, run, capsys, words, says):
    assert run(submissions, *words) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said_first(
    submissions, run, tmp_path, monkeypatch, capsys
):
    (tmp_path / "grades").write_text("a file", encoding="utf-8")
    monkeypatch.setattr(folder, "grade_submission", lambda *_: pytest.fail("it was graded"))
    assert run(submissions) == 2
    assert "could not be saved" in capsys.readouterr().err


@needs_bubblewrap
@pytest.mark.parametrize(
    "table",
    [
        "student,exercise,points,reason\nLEARNERA,05.1,1,told me, in person\n",
        "Student;Exercise;Points;Reason\nlearnera;05.1;1,0;told me, in person\n",
        "sep=;\nstudent;exercise;points;reason;;\nlearnera;05.1;1;told me, in person;;\n;;;;;\n",
        "student\texercise\tpoints\treason\nlearnera\t05.1\t1\ttold me, in person\n",
        '"student","exercise","points","reason"\n"learnera","05.1","1","told me, in person"\n\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_overrides_as_spreadsheets_write_them(submissions, run, tmp_path, table, encoding):
    for path in list(submissions.iterdir()):
        if path.name not in ("learnera", "zoe"):
            os.rename(path, tmp_path / f"away{abs(hash(path.name))}")
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "overrides.csv").write_bytes(table.encode(encoding))
    assert run(submissions, "--expect", "05, 05") == 0
    (line,) = [row for row in rows(tmp_path / "grades" / "exercises.csv") if row["override"]]
    assert (line["student"], line["points"]) == ("learnera", "1")
    assert line["override"] == "told me, in person"


@needs_bubblewrap
def test_overrides_in_an_old_encoding(tmp_path, run):
    put(tmp_path / "in", "Zoë", notebook())
    (tmp_path / "grades").mkdir()
    table = "student,exercise,points,reason\nZoë,05.1,1,für sie\n"
    (tmp_path / "grades" / "overrides.csv").write_bytes(table.encode("cp1252"))
    assert run(tmp_path / "in") == 0
    assert points(tmp_path / "grades")["Zoë"]["05.1"] == 1


@needs_bubblewrap
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"points": 3}', '{"format": 1, "poi'])
def test_results_that_were_cut_off_are_put_aside_and_said(submissions, run, tmp_path, text, capsys):
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "results.json").write_text(text, encoding="utf-8")
    assert run(submissions) == 0
    assert "it is kept as results.json.damaged-" in capsys.readouterr().out
    assert points(tmp_path / "grades")["learnera"]
    (aside,) = (tmp_path / "grades").glob("results.json.damaged-*")
    assert aside.read_text(encoding="utf-8") == text


# ------------------------------------------------------------------------------- nothing to grade
@pytest.mark.parametrize("name", ["nothing", "a PDF", "05.json"])
def test_the_exit_code_is_2_when_nothing_was_graded(tmp_path, run, capsys, name):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    if name != "nothing":
        (tmp_path / "in" / "ada" / name).write_bytes(notebook())
    assert run(tmp_path / "in") == 2
    said = capsys.readouterr()
    assert "Nothing was graded" in said.err
    assert "rejected: ada" in said.out


def test_an_empty_folder_is_said(tmp_path, run, capsys):
    (tmp_path / "in").mkdir()
    assert run(tmp_path / "in") == 2
    assert "There are no submissions in" in capsys.readouterr().err
    assert run(tmp_path / "gone") == 2
    assert "There is no folder" in capsys.readouterr().err


def test_who_is_who_stops_before_anything_runs(tmp_path, run, capsys):
    (tmp_path / "in").mkdir()
    for name in ("ada", "ben"):
        (tmp_path / "in" / f"{name}.ipynb").write_bytes(notebook(before=[f"# {name}"]))
    assert run(tmp_path / "in") == 2
    assert '--pattern "{student}.ipynb"' in capsys.readouterr().err


# ------------------------------------------------------------------------------- the same marks
@needs_bubblewrap
def test_odd_names_reach_every_report_and_cost_nobody(submissions, run, tmp_path, capsys):
    (tmp_path / "in" / "learnerh" / "05_numbers.ipynb").unlink()
    assert run(submissions) == 0
    said = capsys.readouterr().out
    assert all(line.isprintable() for line in said.splitlines())
    assert "rejected: learnerh" in said
    names = {row["student"] for row in rows(tmp_path / "grades" / "grades.csv")}
    assert names >= {"José", "a b", "'=cmd()|<b>x", "learnera"}
    assert "not in UTF-8; it is shown as José" in said
    for path in (tmp_path / "grades").rglob("*.html"):
        assert "<b>x" not in path.read_text(encoding="utf-8")
        assert path.name.isascii()


@needs_bubblewrap
def test_a_learner_named_as_anothers_page_has_a_page_of_her_own(tmp_path, run):
    other = Path(report.People.__init__.__globals__["page_name"]("mary jane")).name
    for name in ("mary jane", other, "Mary Jane", "con", "index"):
        put(tmp_path / "in", name, notebook())
    assert run(tmp_path / "in") == 0
    pages = [path.name.lower() for path in (tmp_path / "grades" / "students").iterdir()]
    assert len(pages) == len(set(pages)) == 5
    assert not {"con.html", "index.html"} & {*pages}
    assert len(list((tmp_path / "grades" / "gradescope").iterdir())) == 5


@needs_bubblewrap
def test_everybody_who_handed_in_together_has_the_mark(tmp_path, run):
    put(tmp_path / "in", "submission_1", notebook(my_largest=WRONG))
    (tmp_path / "in" / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :email: a@x.org\n  - :email: b@x.org\n"
        "  :created_at: 2024-10-01 12:00:00 Z\n",
        encoding="utf-8",
    )
    assert run(tmp_path / "in") == 0
    totals = {s: sum(marks.values()) for s, marks in points(tmp_path / "grades").items()}
    assert totals == {"a@x.org": 12, "b@x.org": 12}
    times = {row["timestamp"] for row in rows(tmp_path / "grades" / "nbgrader.csv")}
    assert times == {"2024-10-01 12:00:00"}
    similar = (tmp_path / "grades" / "similarity.html").read_text(encoding="utf-8")
    assert "b@x.org" not in similar  # they are no pair


@needs_bubblewrap
def test_random_cases_of_their_own_for_each_learner(tmp_path, monkeypatch):
    seeds = {}

    def note(submission, settings):
        seeds[submission.student] = settings.seed
        return grade_submission(submission, settings)

    monkeypatch.setattr(folder, "grade_submission", note)
    for name in ("ada", "ben"):
        put(tmp_path, name, notebook())
    folder.grade(tmp_path, None, settings(seed=5), per_learner=True)
    first = dict(seeds)
    folder.grade(tmp_path, None, settings(seed=5), per_learner=True)
    assert seeds == first
    assert len({5, *seeds.values()}) == 3


@needs_bubblewrap
def test_many_at_a_time_and_large_ones_wait_for_their_turn(tmp_path, monkeypatch):
    for number in range(5):
        put(tmp_path, f"learner{chr(97 + number)}", notebook(before=[f"# {number}"]))
    monkeypatch.setattr(folder, "WEIGHT", 1)
    with ThreadPoolExecutor(2) as executor:
        book = folder.grade(tmp_path, executor, settings())
    assert [book.total(student) for student in book.students()] == [(14, 14)] * 5


def test_the_files_of_a_large_class_are_not_in_memory_at_once(tmp_path, monkeypatch):
    """30 files of 2 MB, 60 MB in all, and at most WEIGHT of them at a time."""
    monkeypatch.setattr(folder, "grade_submission", remembered)
    monkeypatch.setattr(folder, "WEIGHT", 10_000_000)
    marked(notebook())
    for number in range(30):
        extra = {"cell_type": "markdown", "source": f"{number}" * 1_000_000, "metadata": {}}
        put(tmp_path, f"learner{number:02}", as_bytes([*cells(), extra]))
    tracemalloc.start()
    with ThreadPoolExecutor(1) as executor:
        book = folder.grade(tmp_path, executor, settings())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(book.students()) == 30
    assert peak < 40_000_000


# ------------------------------------------------------------------------------- dask
@pytest.mark.parametrize(
    ("address", "alone"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tcp://localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("inproc://10.0.0.1/1/2", True),
        ("tcp://10.0.0.1:8786", False),
        ("tcp://0.0.0.0:8786", False),
        ("tcp://127.evil.org:8786", False),
        ("tcp://[fe80::1]:8786", False),
    ],
)
def test_which_addresses_are_of_this_machine_alone(address, alone):
    assert cluster.is_loopback(address) is alone


def test_a_scheduler_that_others_reach_without_tls_is_refused(submissions, run, capsys):
    assert run(submissions, executor="dask://192.0.2.1:8786") == 2
    said = capsys.readouterr().err
    assert "whoever reaches its port runs code as" in said
    assert cluster.OVERRIDE in said
    assert run(submissions, executor="tls://192.0.2.1:8786") == 2
    assert "--tls FOLDER" in capsys.readouterr().err


def test_a_scheduler_that_listens_on_all_interfaces_is_refused():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=0,
        host="0.0.0.0",
        processes=False,
        protocol="tcp",
        dashboard_address=None,
        silence_logs=50,
    ) as local:
        port = local.scheduler_address.rpartition(":")[2]
        with pytest.raises(cluster.Unsafe, match="without TLS"):
            cluster.dask_executor(f"tcp://127.0.0.1:{port}").__enter__()


# ------------------------------------------------------------------------------- reports
def test_a_report_that_cannot_be_written_says_what_stands(tmp_path, monkeypatch):
    def full(path, text, durable=True):
        raise files.NotSaved(path, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(files, "replace", full)
    with pytest.raises(report.Unwritten, match=r"could not be saved.* No mark is lost"):
        report.store(tmp_path / "index.html", "x")


@needs_bubblewrap
def test_a_disk_that_is_full_when_reports_are_written_costs_no_second_grading(
    submissions, run, monkeypatch, capsys
):
    replace = files.replace

    def full(path, text, durable=True):
        if path.name == "index.html":
            raise files.NotSaved(path, OSError(errno.ENOSPC, "No space left on device"))
        return replace(path, text, durable)

    with monkeypatch.context() as patch:
        patch.setattr(files, "replace", full)
        assert run(submissions) == 2
    assert "some of the one before" in capsys.readouterr().err
    monkeypatch.setattr(folder, "grade_submission", lambda *_: pytest.fail("graded again"))
    assert run(submissions) == 0


def test_what_is_stored_needs_no_name_of_the_host(tmp_path):
    kept = journal.Journal(tmp_path, {"seed": 1})
    kept.add(["\ud800", "x", "y"], {"status": "graded"})
    kept.close()
    assert json.loads((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1])
