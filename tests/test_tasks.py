"""tasks.py, and the Makefile that calls it: what a task runs, and what is installed for it, when.

Nothing is installed here: the .venv of these tests holds a Python that only says how it was called.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tasks

ROOT = Path(__file__).parents[1]
needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a script")
needs_make = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


@pytest.fixture
def course(tmp_path):
    """What tasks.py needs of the course, in a folder with a space; .venv is there, and empty."""
    course = tmp_path / "my course"
    shutil.copytree(ROOT / "requirements", course / "requirements")
    shutil.copytree(ROOT / "nncourse", course / "nncourse", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("Makefile", "tasks.py", "pyproject.toml"):
        shutil.copy(ROOT / name, course)
    (course / "lessons").mkdir()
    (course / "lessons" / "00_start_here.ipynb").touch()
    python = course / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$@" >> "{course}/calls.txt"\n{PIP}', encoding="utf-8")
    python.chmod(0o755)
    return course


# with a file "offline" pip fails; else it says, as pip does, what it fetches
PIP = """\
[ "$2" = pip ] || exit 0
[ ! -f offline ] || exit 1
echo "Collecting numpy==2.4.6"
echo "  Downloading numpy-2.4.6-cp311.whl.metadata (200 kB)"
echo "Downloading numpy-2.4.6-cp311.whl (16.9 MB)"
echo "Using cached tqdm-4.70.1-py3-none-any.whl (78.5 MB)"
"""


def call(course, *words, python=sys.executable, env=None):
    """Run tasks.py: (process, what the Python in .venv was called with)."""
    calls = course / "calls.txt"
    calls.write_text("", encoding="utf-8")
    command = [python, "tasks.py", *words]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, env=env, timeout=60)
    return done, calls.read_text(encoding="utf-8").splitlines()


def installs(calls):
    """The lists of packages that pip was asked for."""
    words = [line for line in calls if line.startswith("-m pip install")]
    return [sorted(re.findall(r"requirements/(\w+)\.txt", line)) for line in words]


# ------------------------------------------------------------------------------ a small first step
@needs_a_shell
def test_lab_installs_what_the_first_lessons_need_once_and_opens(course):
    done, calls = call(course, "lab", "--no-browser")
    assert done.returncode == 0, done.stderr
    assert installs(calls) == [["learn"]]
    assert re.search(r"^Installed: 17 MB were fetched, \d+ s\.$", done.stdout, re.MULTILINE)
    assert f"-e {course}" in calls[0]
    opened = "-m jupyterlab --LabApp.default_url=/lab/tree/lessons/00_start_here.ipynb --no-browser"
    assert calls[1:] == ["-m nncourse my", opened]
    mine = course / "my" / "lessons" / "00_start_here.ipynb"  # as nncourse my makes it
    mine.parent.mkdir(parents=True)
    mine.touch()
    done, calls = call(course, "lab")
    assert installs(calls) == []
    opened = "-m jupyterlab --LabApp.default_url=/lab/tree/my/lessons/00_start_here.ipynb"
    assert calls == ["-m nncourse my", opened]


@pytest.mark.parametrize(
    ("line", "bytes"),
    [
        ("  Downloading torch-2.13.0.whl (1.1 GB)\n", 1.1e9),
        ("Downloading https://files.example/a-1.whl (512 bytes)\n", 512),
        ("Using cached numpy-2.4.6.whl (16.9 MB)\n", 0),
        ("Requirement already satisfied: numpy==2.4.6 (from x)\n", 0),
    ],
)
def test_what_pip_fetched_is_counted(line, bytes):
    assert tasks.size_of_download(line) == pytest.approx(bytes)


def test_what_pip_takes_from_a_folder_is_counted_too(tmp_path):
    wheel = tmp_path / "a folder" / "numpy-2.4.6.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"x" * 1000)
    assert tasks.size_of_download(f"Processing {wheel}\n") == 1000
    assert tasks.size_of_download(f"Processing {wheel.parent}\n") == 0


@needs_a_shell
def test_torch_comes_when_it_is_asked_for_and_a_test_run_needs_everything(course, monkeypatch):
    call(course, "lab")
    offline = {**os.environ, "https_proxy": "http://127.0.0.1:9"}  # the index of CPU wheels
    done, calls = call(course, "torch", env=offline)
    assert installs(calls) == [["learn", "torch"]]
    assert calls[-1] == "-m nncourse doctor"
    if sys.platform.startswith("linux"):
        assert "cannot be reached: PyTorch comes from the usual place" in done.stdout
        assert "--extra-index-url" not in calls[0]
    assert installs(call(course, "lab")[1]) == []  # nothing is lost by it
    _, calls = call(course, "test", "-x", env=offline)
    assert installs(calls) == [sorted(tasks.EVERYTHING)]
    assert calls[-1].startswith("-m pytest tests bench --nbval lessons solutions --every-notebook")
    assert calls[-1].endswith(" -q -x")
    assert installs(call(course, "torch")[1]) == []


def test_linux_takes_pytorch_for_processors_when_it_can(monkeypatch):
    class Answer:
        def close(self):
            pass

    monkeypatch.setattr(tasks.sys, "platform", "linux")
    monkeypatch.setattr(tasks.urllib.request, "urlopen", lambda address, timeout: Answer())
    assert tasks.cpu_wheels() == ["--extra-index-url", tasks.CPU_WHEELS]
    monkeypatch.setattr(tasks.sys, "platform", "darwin")
    assert tasks.cpu_wheels() == []  # there every build is for processors


@needs_a_shell
def test_new_requirements_without_a_network_open_the_course_all_the_same(course):
    call(course, "lab")
    (course / "requirements" / "learn.txt").write_text("numpy==99\n", encoding="utf-8")
    (course / "offline").touch()
    done, calls = call(course, "lab")
    assert done.returncode == 0
    assert installs(calls) == [["learn"]]
    assert calls[-1].startswith("-m jupyterlab")
    assert "The packages could not be brought up to date: see above." in done.stderr
    (course / "offline").unlink()
    assert installs(call(course, "lab")[1]) == [["learn"]]  # the next time there is one
    assert installs(call(course, "lab")[1]) == []


@needs_a_shell
def test_an_installation_that_stopped_goes_on_the_next_time(course):
    (course / "offline").touch()
    done, calls = call(course, "lab")
    assert done.returncode == 1
    assert (
        "Not everything could be installed: see above. The same command tries again." in done.stderr
    )
    assert len(calls) == 1
    (course / "offline").unlink()
    done, calls = call(course, "lab")
    assert done.returncode == 0
    assert installs(calls) == [["learn"]]


@needs_a_shell
def test_a_course_that_was_moved_is_installed_anew(course):
    call(course, "lab")
    moved = course.rename(course.with_name("moved"))
    python = moved / ".venv" / "bin" / "python"
    text = python.read_text(encoding="utf-8").replace(str(course), str(moved))
    python.write_text(text, encoding="utf-8")
    _, calls = call(moved, "lab")
    assert f"-e {moved}" in calls[0]


# --------------------------------------------------------------------------- what can be in the way
@needs_a_shell
def test_lab_without_its_first_lesson(course):
    (course / "lessons" / "00_start_here.ipynb").unlink()
    done, calls = call(course, "lab")
    assert done.returncode == 1
    assert done.stderr == (
        "lessons/00_start_here.ipynb is missing. Copy from a fresh download of the course into "
        "this one: lessons/00_start_here.ipynb\n"
    )
    assert not any("jupyterlab" in line for line in calls)


def test_with_an_old_python(course, monkeypatch):
    shutil.rmtree(course / ".venv")
    monkeypatch.setattr(tasks, "HERE", course)
    monkeypatch.setattr(tasks.sys, "version_info", (3, 8, 18))
    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 or newer, and this is .* tasks.py lab"
    ):
        tasks.make_environment(course / ".venv")
    assert not (course / ".venv").exists()


def test_in_a_folder_that_is_read_only(course, monkeypatch):
    shutil.rmtree(course / ".venv")
    monkeypatch.setattr(tasks, "HERE", course)
    monkeypatch.setattr(tasks.os, "access", lambda path, mode: False)
    with pytest.raises(SystemExit, match=r"Nothing can be written into .* Copy the course"):
        tasks.make_environment(course / ".venv")


def test_an_environment_of_its_own_asks_no_question_about_news(course, monkeypatch):
    folder = course / "fresh"
    monkeypatch.setattr(tasks.subprocess, "call", lambda command: 0)
    tasks.make_environment(folder)
    config = folder / "etc" / "jupyter" / "labconfig" / "page_config.json"
    disabled = json.loads(config.read_text(encoding="utf-8"))["disabledExtensions"]
    assert disabled == {"@jupyterlab/apputils-extension:announcements": True}


def test_it_says_what_there_is():
    done = subprocess.run([sys.executable, "tasks.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for name, (function, needs) in tasks.TASKS.items():
        assert f"  {name:<10} {function.__doc__}\n" in done.stdout
        assert set(needs) <= set(tasks.EVERYTHING)
    wrong = subprocess.run([sys.executable, "tasks.py", "x"], cwd=ROOT, capture_output=True)
    assert wrong.returncode == 2


# -------------------------------------------------------------------------------- one source, twice
@needs_make
@needs_a_shell
@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["grade", "FOLDER=my submissions"], "-m nncourse grade my submissions"),
        (["exercises", "ARGS=--check"], "-m nncourse release --check"),
        (["lessons"], f"-m nncourse.authoring.notebooks lessons{os.sep}00_start_here.ipynb"),
        (["oldest", "ARGS=--newest"], "-m tests.oldest --newest"),
        (["nbgrader", "ARGS=05"], "-m tests.nncourse.nbgrader_accepts 05"),
        (["bench"], "-m bench.explorers"),
        (["site", "REPOSITORY=owner/name"], ". docs/_build/html"),
        (["lint"], "-m tests.javascript_lint"),
    ],
)
def test_make_is_the_same(course, words, last):
    (course / "calls.txt").write_text("", encoding="utf-8")
    command = ["make", "-C", course, f"PYTHON={sys.executable}", *words]
    # a make that runs these tests hands its own variables down: MAKEFLAGS, ARGS, PYTHON
    environment = {"PATH": os.environ["PATH"], "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (course / "calls.txt").read_text(encoding="utf-8").splitlines()[-1].endswith(last)


def test_every_task_is_a_target_of_make():
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    assert set(re.search(r"^TASKS := (.*)$", text, re.MULTILINE)[1].split()) == set(tasks.TASKS)
