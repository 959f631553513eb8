"""tasks.py, and the Makefile that calls it: what a task runs, and what is installed for it, when.

Nothing is installed here: the .venv of these tests holds a Python that only says how it was called.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import tasks

ROOT = Path(__file__).parents[1]
UNFINISHED = (
    "Not everything could be installed: see above. That needs a network, and room on the disk. "
    "The same command tries again."
)
needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a script")
needs_make = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


@pytest.fixture
def course(tmp_path):
    """What tasks.py needs of the course, in a folder with a space; .venv is there, and empty."""
    course = tmp_path / "my course"
    shutil.copytree(ROOT / "requirements", course / "requirements")
    written_now = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "nncourse", course / "nncourse", ignore=written_now)
    for name in ("Makefile", "tasks.py", "pyproject.toml"):
        shutil.copy(ROOT / name, course)
    (course / "lessons").mkdir()
    (course / "lessons" / "00_start_here.ipynb").touch()
    python = course / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    version = " ".join(map(str, sys.version_info[:3]))
    asked = f'[ "$1" != -c ] || {{ [ ! -f dead ] && echo {version} True; exit; }}\n'
    told = f'echo "$@" >> "{course}/calls.txt"\n'
    python.write_text(f"#!/bin/sh\n{asked}{told}{PIP}", encoding="utf-8")
    python.chmod(0o755)
    return course


# with a file "offline" pip fails; else it says, as pip does, what it fetches
PIP = """\
[ "$3" = pip ] || exit 0
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
    command = [*([python] if isinstance(python, str) else python), "tasks.py", *words]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, env=env, timeout=60)
    return done, calls.read_text(encoding="utf-8").splitlines()


def installs(calls):
    """The lists of packages that pip was asked for."""
    words = [line for line in calls if line.startswith("-P -m pip install")]
    return [sorted(re.findall(r"requirements/(\w+)\.txt", line)) for line in words]


# ------------------------------------------------------------------------------ a small first step
@needs_a_shell
def test_lab_installs_what_the_first_lessons_need_once_and_opens(course):
    done, calls = call(course, "lab", "--no-browser")
    assert done.returncode == 0, done.stderr
    assert installs(calls) == [["learn"]]
    assert re.search(r"^Installed: 17 MB were fetched, \d+ s\.$", done.stdout, re.MULTILINE)
    assert calls[0].endswith(" -e .")
    lab = "-P -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree"
    opened = f"{lab}/lessons/00_start_here.ipynb --no-browser"
    assert calls[1:] == ["-m nncourse my", opened]
    mine = course / "my" / "lessons" / "00_start_here.ipynb"  # as nncourse my makes it
    mine.parent.mkdir(parents=True)
    mine.touch()
    done, calls = call(course, "lab")
    assert installs(calls) == []
    assert calls == ["-m nncourse my", f"{lab}/my/lessons/00_start_here.ipynb"]


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
    monkeypatch.setattr(urllib.request, "urlopen", lambda address, timeout: Answer())
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
    assert calls[-1].startswith("-P -m jupyterlab")
    assert "The packages could not be brought up to date: see above." in done.stderr
    (course / "offline").unlink()
    assert installs(call(course, "lab")[1]) == [["learn"]]  # the next time there is one
    assert installs(call(course, "lab")[1]) == []


@needs_a_shell
def test_an_installation_that_stopped_goes_on_the_next_time(course):
    (course / "offline").touch()
    done, calls = call(course, "lab")
    assert done.returncode == 1
    assert UNFINISHED in done.stderr
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
    assert installs(calls) == [["learn"]]


# --------------------------------------------------------------------------- what can be in the way
@needs_a_shell
def test_lab_without_its_first_lesson_is_a_case_for_the_doctor(course):
    (course / "lessons" / "00_start_here.ipynb").unlink()
    _, calls = call(course, "lab")
    assert calls[1:] == ["-m nncourse my", "-m nncourse doctor"]


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
    with (
        pytest.raises(SystemExit, match=r"Nothing can be written into .* Copy the course"),
        tasks.one_at_a_time(),
    ):
        pass


@needs_a_shell
def test_a_task_needs_nothing_but_python(course):
    """-S -I: a Python without any package. One sentence ends it, for pip is stopped here."""
    (course / "offline").touch()
    done, calls = call(course, "lab", python=[sys.executable, "-I", "-S"])
    assert done.stderr.startswith(UNFINISHED)
    assert len(calls) == 1


def test_a_disk_that_is_full_is_named(monkeypatch):
    usage = shutil.disk_usage(".")
    monkeypatch.setattr(tasks.shutil, "disk_usage", lambda path: usage._replace(free=40_000_000))
    assert tasks.unfinished() == f"{UNFINISHED} Only 40 MB are free on the disk."
    monkeypatch.setattr(tasks.shutil, "disk_usage", lambda path: usage._replace(free=40e9))
    assert tasks.unfinished() == UNFINISHED


@needs_a_shell
@pytest.mark.parametrize(
    "fault", ["cut short", "of a Python that is gone", "of an old Python", "half a record"]
)
def test_an_environment_that_does_not_work_is_made_again(course, monkeypatch, fault):
    call(course, "lab")
    python, record = course / ".venv" / "bin" / "python", course / ".venv" / "installed.json"
    if fault == "cut short":  # it starts, and has no pip
        python.write_text("#!/bin/sh\necho 3 11 7 False\n", encoding="utf-8")
    elif fault == "of a Python that is gone":
        python.unlink()
        python.symlink_to(course / "nowhere")
    elif fault == "of an old Python":  # as an editor may make one
        python.write_text("#!/bin/sh\necho 3 9 18 True\n", encoding="utf-8")
    else:
        record.write_text('{"learn": "', encoding="utf-8")
    for name, path in {"HERE": course, "VENV": course / ".venv", "RECORD": record}.items():
        monkeypatch.setattr(tasks, name, path)
    made = []
    monkeypatch.setattr(tasks, "make_environment", made.append)
    monkeypatch.setattr(tasks, "install", lambda python, needs, patient: True)
    tasks.ready(["learn"])
    assert made == ([] if fault == "half a record" else [course / ".venv"])
    assert set(json.loads(record.read_text(encoding="utf-8"))) == {"learn", "course"}


@needs_a_shell
def test_what_belongs_to_another_python_is_not_handed_on_and_bytecode_is_kept(course):
    python = course / ".venv" / "bin" / "python"
    text = python.read_text(encoding="utf-8")
    python.write_text(f"{text.splitlines()[0]}\nenv >> seen.txt\n{text}", encoding="utf-8")
    other = {"PYTHONPATH": "/other", "PYTHONHOME": sys.base_prefix}
    call(course, "doctor", env={**os.environ, **other, "PYTHONDONTWRITEBYTECODE": "1"})
    seen = (course / "seen.txt").read_text(encoding="utf-8")
    assert "PATH=" in seen
    assert "PYTHONPATH" not in seen
    assert "PYTHONHOME" not in seen
    assert "DONTWRITEBYTECODE" not in seen


@needs_a_shell
@pytest.mark.parametrize("home", ["/nowhere", None], ids=["is closed", "is there"])
def test_jupyterlab_has_a_home_where_the_learners_own_is_closed(course, tmp_path, home):
    environment = {**os.environ, "HOME": home or str(tmp_path)}
    python = course / ".venv" / "bin" / "python"
    text = python.read_text(encoding="utf-8")
    told = f'echo "$HOME" >> "{course}/homes.txt"'
    python.write_text(text.replace("\n", f"\n{told}\n", 1), encoding="utf-8")
    done, _ = call(course, "lab", env=environment)
    last = (course / "homes.txt").read_text(encoding="utf-8").splitlines()[-1]
    assert last == (str(course / ".venv" / "home") if home else str(tmp_path))
    assert ("Your home folder cannot be written to." in done.stdout) == bool(home)


@needs_a_shell
def test_two_terminals_at_once_install_one_after_the_other(course):
    files = tasks.by_its_file("nncourse/files.py")
    with open(course / ".venv.lock", "w", encoding="utf-8") as other:
        assert files.take_lock(other)
        command = [sys.executable, "-u", "tasks.py", "lab"]
        with subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout.readline().startswith("Another terminal is installing.")
            assert not (course / "calls.txt").exists()
            wanted = {name: fingerprint(course, name) for name in ("learn", "course")}
            text = json.dumps(wanted)
            (course / ".venv" / "installed.json").write_text(text, encoding="utf-8")
            files.release_lock(other)
            second.stdout.read()
    calls = (course / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert installs(calls) == []  # the first one had done it
    assert calls[-1].startswith("-P -m jupyterlab")


def fingerprint(course, name):
    command = f"import tasks; print(tasks.fingerprint({name!r}))"
    return subprocess.check_output([sys.executable, "-c", command], cwd=course, text=True).strip()


def test_another_python_than_that_of_the_environment_is_named(capsys):
    tasks.say_which(sys.version_info[:3])
    assert capsys.readouterr().err == ""
    tasks.say_which((3, 99, 1))
    said = capsys.readouterr().err
    assert said.startswith("This runs in .venv, with Python 3.99.1. For Python ")


@pytest.mark.parametrize(
    ("problem", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "Stopped. The same command goes on from here."),
        (OSError(28, "No space left on device"), 1, "lab stopped: [Errno 28] No space left"),
    ],
)
def test_what_stops_a_task_is_a_sentence(monkeypatch, capsys, problem, code, says):
    def stops(needs):
        raise problem

    monkeypatch.setattr(tasks, "ready", stops)
    assert tasks.main(["lab"]) == code
    assert capsys.readouterr().err.strip().startswith(says)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root")
@pytest.mark.parametrize(("user", "words"), [(0, "make lab ARGS=--allow-root"), (1000, "")])
def test_root_hears_how_jupyterlab_starts(monkeypatch, capsys, user, words):
    monkeypatch.setattr(tasks, "run", lambda *command, **how: 1)
    monkeypatch.setattr(tasks.os, "geteuid", lambda: user)
    assert tasks.lab("python", []) == 1
    said = capsys.readouterr().err
    assert words in said
    assert bool(said) == bool(words)


def test_an_environment_of_its_own_asks_no_question_about_news(course, monkeypatch):
    folder = course / "fresh"
    commands = []
    monkeypatch.setattr(tasks.subprocess, "call", lambda command: commands.append(command) or 0)
    tasks.make_environment(folder)
    assert commands == [[sys.executable, "-m", "venv", "--clear", str(folder)]]
    config = folder / "etc" / "jupyter" / "labconfig" / "page_config.json"
    disabled = json.loads(config.read_text(encoding="utf-8"))["disabledExtensions"]
    assert disabled == {"@jupyterlab/apputils-extension:announcements": True}


def test_it_says_what_there_is():
    done = subprocess.run([sys.executable, "tasks.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for name, (function, needs) in tasks.TASKS.items():
        assert f"  {name:<10} {function.__doc__}\n" in done.stdout
        assert set(needs) <= set(tasks.EVERYTHING)
    wrong = subprocess.run([sys.executable, "tasks.py", "labb"], cwd=ROOT, capture_output=True)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(b"There is no task 'labb'.")


# -------------------------------------------------------------------------------- one source, twice
@needs_make
@needs_a_shell
@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["grade", "FOLDER=my submissions"], "-m nncourse grade my submissions"),
        (["grade", 'FOLDER=Zoë\'s "class"; `5`'], '-m nncourse grade Zoë\'s "class"; `5`'),
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
