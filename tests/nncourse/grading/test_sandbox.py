"""The sandbox: what a submission reaches in it, what ends with it, and what is said without it."""

import importlib.util
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nncourse import exercises
from nncourse.grading import container, marking, memory, sandbox, seccomp
from nncourse.grading.marking import GRADED, grade_submission
from nncourse.grading.protocol import encode, take_frames
from nncourse.grading.sandbox import EngineError, Limits, run
from nncourse.grading.submissions import Submission
from tests.nncourse.grading import honest, lesson, many, test_bad_submissions
from tests.nncourse.grading.helpers import (
    LIMITS,
    POINTS,
    SHORT,
    as_bytes,
    cell,
    notebook,
    points,
    settings,
)
from tests.nncourse.grading.needs import needs_bubblewrap
from tests.nncourse.grading.probing import OPEN, PROBES

pytestmark = pytest.mark.timeout(300)
ROOT = Path(lesson.__file__).resolve().parents[3]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
USER = "4711"  # nobody has this number: an ordinary user made for the test
EMPTY = {"cells": [], "exercises": [], "replace": {}, "imports": []}


def as_ordinary_user(*words):
    """The command line that runs Python as a user without rights, from where it may read all."""
    places = {str(ROOT): "/mnt/course", os.path.realpath(sys.base_prefix): "/mnt/python"}
    places |= {path: f"/mnt/packages/{n}" for n, path in enumerate(sandbox.libraries())}
    line = [shutil.which("bwrap"), "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", "/mnt"]
    for path, name in places.items():
        line += ["--dir", os.path.dirname(name), "--ro-bind", path, name]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    paths = ":".join(name for name in places.values() if name != "/mnt/python")
    line += ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all"]
    line += ["env", "-i", "HOME=/tmp", f"PYTHONPATH={paths}", "PATH=/usr/bin:/bin"]
    line += ["LD_LIBRARY_PATH=/mnt/python/lib", "PYTHONDONTWRITEBYTECODE=1"]
    return [*line, f"/mnt/python/bin/{version}", *words]


def run_python(who, *words, **options):
    line = [sys.executable, *words] if who == "myself" else as_ordinary_user(*words)
    options = {"cwd": ROOT if who == "myself" else "/", "check": True} | options
    options = {"timeout": 200} | options
    return subprocess.run(line, capture_output=True, text=True, **options)


WHO = ["myself"]
if IS_ROOT and shutil.which("setpriv"):
    WHO.append("an ordinary user")


@pytest.fixture(scope="module", params=WHO)
def probed(request):
    if not shutil.which("bwrap"):
        pytest.skip("bwrap is not installed")
    done = run_python(request.param, "-m", "tests.nncourse.grading.probing")
    return json.loads(done.stdout)


def test_no_probe_finds_its_canary(probed):
    assert len(PROBES) >= 40
    for found in probed["found"]:
        assert set(found) == {*PROBES, "left"}
        assert [name for name, result in found.items() if result is True] == []


def test_nothing_is_left_for_the_next_submission_and_nobody_called_out(probed):
    assert [found["left"] for found in probed["found"]] == [False, False]
    assert probed["heard"] == []


def test_where_nothing_is_shut_in_the_canaries_are_found(probed):
    found = {name for name, result in probed["open"].items() if result is True}
    assert found >= {*OPEN} - {"processes"}


def test_each_way_is_the_one_for_its_user(probed):
    assert probed["filter"]
    assert probed["way"] in ("root", "user")


@needs_bubblewrap
def test_nothing_inside_tells_where_things_are_outside():
    source = (
        "import os, sys\ntold = [*sys.argv, *sys.orig_argv, *sys.path, sys.prefix]\n"
        "told += [str(dict(os.environ)), os.getcwd(), *os.listdir('/')]\n"
        "raise ValueError(str(told))"
    )
    frames, _ = run(EMPTY | {"cells": [(1, source)]}, sandbox.find_way(), Limits(), 60)
    (error,) = [frame[2] for frame in frames if frame[0] == "cell"]
    home = os.path.realpath(sys.base_prefix).split("/")[1]
    assert error[0] == "ValueError"
    assert str(ROOT) not in error[1]
    assert not [path for path in sandbox.libraries() if path in error[1]]
    assert home in ("usr", "nix") or f"/{home}/" not in error[1]


@needs_bubblewrap
@pytest.mark.parametrize("name", ["plain", 'a space, ümläut, it\'s "quoted", b;c$d'])
def test_a_course_lies_anywhere_also_below_tmp_and_behind_a_link(tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    for part in ("nnlib", "nncourse"):
        (home / part).symlink_to(ROOT / part) if name == "plain" else shutil.copytree(
            ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from nncourse.grading import sandbox; print(sandbox.ROOT, sandbox.trial())"
    )
    done = run_python("myself", "-c", code, str(home), cwd="/")
    assert "(True, " in done.stdout, done.stdout
    assert name == "plain" or str(home) in done.stdout


@needs_bubblewrap
def test_what_only_the_sandbox_imports_is_compiled_once_out_here(monkeypatch):
    source = Path(importlib.util.find_spec("matplotlib").origin).with_name("pyplot.py")
    if not os.access(source.parent, os.W_OK):
        pytest.skip("the folder of packages is closed")
    way, kept = sandbox.find_way(), Path(importlib.util.cache_from_source(source))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    kept.unlink(missing_ok=True)
    sandbox.keep_bytecode.cache_clear()
    run(EMPTY, way, Limits(), 60)
    assert kept.is_file()
    assert not sandbox.lacks_bytecode("matplotlib.pyplot")


# -------------------------------------------------------------------------- it ends with its grader
HOLDING = """
import sys
from nncourse.grading.marking import grade_submission
from nncourse.grading.submissions import Submission
from tests.nncourse.grading.helpers import notebook, settings
loop = "import subprocess, sys, time\\nsubprocess.Popen([sys.executable, '-c', "
loop += "'while True: pass  # " + sys.argv[1] + "'])\\nwhile True: time.sleep(1)"
print("graded soon", flush=True)
grade_submission(Submission("a", "05.ipynb", notebook(before=[loop])), settings())
"""


@needs_bubblewrap
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_is_left_when_the_grader_is_ended(number):
    mark = f"left_behind_{os.getpid()}_{int(number)}"
    grader = subprocess.Popen(
        [sys.executable, "-c", HOLDING, mark],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        wait_until(lambda: len(processes_with(mark)) > 1)  # the grader has the mark, too
        children = memory.descendants(grader.pid)
        grader.send_signal(number)
        grader.communicate(timeout=30)
        wait_until(lambda: not processes_with(mark))
        wait_until(lambda: not [pid for pid in children if Path(f"/proc/{pid}/exe").exists()])
    finally:
        grader.kill()


def wait_until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def processes_with(mark):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


# -------------------------------------------------------------- the table as an ordinary user
ROWS = """
import json, sys
from tests.nncourse.grading import attacks, honest, lesson, many, test_bad_submissions as table
from tests.nncourse.grading.helpers import LIMITS, SHORT, points, settings
from nncourse.grading.marking import grade_submission
from nncourse.grading.submissions import Submission
from concurrent.futures import ThreadPoolExecutor

def one(name):
    if name == "many":
        data = many.notebook([*attacks.SYSTEM, *honest.FORMS])
    else:
        data = table.TABLE[name][0]
    given = Submission(name, "from_an_ordinary_user.ipynb", data)
    lessons = {"05": lesson.MODULE, "06": many.MODULE}
    limits = SHORT if name in table.ENDLESS else LIMITS
    return name, points(grade_submission(given, settings(lessons=lessons, limits=limits)))

if __name__ == "__main__":
    with ThreadPoolExecutor(2) as executor:
        print(json.dumps(dict(executor.map(one, json.loads(sys.argv[1])))))
"""
EVERY = 8  # of the rows that attack; all of them with NNCOURSE_EVERY=1


@needs_bubblewrap
@pytest.mark.skipif(len(WHO) == 1, reason="only root can become another user")
@pytest.mark.timeout(900)
def test_an_ordinary_user_gives_the_same_marks():
    every = int(os.environ.get("NNCOURSE_EVERY", EVERY))
    away = {*test_bad_submissions.REACHING_OUT, *test_bad_submissions.HONEST, *honest.TABLE}
    names = [name for name in test_bad_submissions.TABLE if name not in away][::every]
    done = run_python("an ordinary user", "-c", ROWS, json.dumps([*names, "many"]), timeout=880)
    right = {"many": many.POINTS}
    for name in names:
        lost = test_bad_submissions.TABLE[name][1]
        right[name] = {id: 0 if id in lost else of for id, of in POINTS.items()}
    assert json.loads(done.stdout) == right


# ------------------------------------------------------------------------ when it cannot be started
def test_it_says_what_is_missing(monkeypatch):
    sandbox.working_way.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name, *more, **named: None)
    try:
        works, why = sandbox.trial()
    finally:
        sandbox.working_way.cache_clear()
        container.engine.cache_clear()
        container.why_not.cache_clear()
    assert not works
    assert "bwrap" in why
    assert "neither Docker nor Podman" in why
    assert "this machine" not in sandbox.REFUSAL


@needs_bubblewrap
def test_a_worker_that_cannot_start_says_why_and_never_broken_pipe(monkeypatch):
    way = sandbox.find_way()
    monkeypatch.setattr(sandbox, "command", lambda *a: ["/bin/sh", "-c", "echo no such thing >&2"])
    big = {"cells": [(1, "x" * 1_000_000)]}  # more than a pipe holds
    with pytest.raises(EngineError, match=r"ended at once\. no such thing") as caught:
        run(EMPTY | big, way, Limits(), 20)
    assert "Broken pipe" not in str(caught.value)


@pytest.mark.skipif(len(WHO) == 1, reason="only root can become another user")
def test_a_path_that_may_not_be_read_is_named(tmp_path):
    code = (
        "from nncourse.grading import sandbox, container\n"
        "container.why_not = lambda build: 'none'\n"
        "sandbox.shown_of_course = lambda: [('/root/secret', '/course/x')]\n"
        "sandbox.os.access = lambda path, how: 'secret' not in path\n"
        "sandbox.os.path.lexists = lambda path: True\n"
        "print(sandbox.trial())"
    )
    done = run_python("an ordinary user", "-c", code)
    assert "(False, " in done.stdout
    assert "may not read /root/secret" in done.stdout


@needs_bubblewrap
def test_without_the_filter_it_works_and_says_so(monkeypatch):
    sandbox.find_way()

    def missing(root):
        raise ImportError

    monkeypatch.setattr(seccomp, "rules", missing)
    works, said = sandbox.trial()
    assert works
    assert "libseccomp" in said
    found = grade_submission(Submission("a", "05.ipynb", notebook()), settings())
    assert (found["status"], points(found)) == (GRADED, POINTS)


@needs_bubblewrap
def test_without_torch_a_lesson_that_needs_it_is_not_marked_and_any_other_is(monkeypatch):
    monkeypatch.setattr(marking.Marking, "has", lambda self, module: False)
    submission = Submission("a", "05.ipynb", notebook(before=["import torch_is_not_here"]))
    found = grade_submission(submission, settings(setups={"05": "import torch\n"}))
    assert found["status"] == marking.FAILED
    assert "lesson 05 needs torch, which is not installed where it is graded" in found["reason"]
    assert "tasks.py torch" in found["reason"]
    found = grade_submission(submission, settings())
    assert (found["status"], points(found)) == (GRADED, POINTS)


# -------------------------------------------------------------------------------- limits, counted
def test_memory_of_every_kind_is_counted(tmp_path):
    code = (
        "import mmap, socket, sys, os\nheld = b'x' * 50_000_000\n"
        "shared = mmap.mmap(-1, 50_000_000)\nshared.write(held)\n"
        "pairs = [socket.socketpair() for _ in range(50)]\n"
        "if os.fork() == 0:\n    sys.stdin.read()\nprint('ready', flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdout.readline()
    try:
        found = memory.of(process.pid, 1)  # a limit that it is over: shared pages count once
        assert len(memory.descendants(process.pid)) == 2
        assert 150_000_000 < found.bytes < 250_000_000  # 100 of pages, 50 of what sockets may hold
        assert len(found.turns) == 2
    finally:
        process.kill()
        process.communicate()


FILES = ("memory.max", "memory.swap.max", "pids.max", "cgroup.procs")


class Cgroups(type(Path())):
    """Behaves as the system's cgroups: a folder comes with files, and goes with them."""

    def mkdir(self, *more, **named):
        super().mkdir(*more, **named)
        for name in FILES:
            (self / name).write_text("max", encoding="utf-8")

    def rmdir(self):
        for name in FILES:
            (self / name).unlink()
        super().rmdir()


def test_where_cgroups_can_be_written_the_system_limits_the_worker(tmp_path, monkeypatch):
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids", encoding="utf-8")
    monkeypatch.setattr(memory, "CGROUPS", Cgroups(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    group = memory.Group.of(process.pid, 10**9, 64)
    process.communicate(b"\n")
    told = {name: (group.folder / name).read_text(encoding="utf-8") for name in FILES}
    assert told["memory.max"] == "1000000000"
    assert (told["memory.swap.max"], told["pids.max"]) == ("0ax", "66x")  # written over "max"
    assert told["cgroup.procs"].startswith(str(process.pid))
    group.remove()
    assert not group.folder.exists()
    (tmp_path / "cgroup.subtree_control").write_text("cpu pids", encoding="utf-8")
    assert memory.Group.of(os.getpid(), 10**9, 64) is None  # no limit of memory can be set there
    monkeypatch.setattr(memory, "CGROUPS", Cgroups(tmp_path / "nowhere"))
    assert memory.Group.of(os.getpid(), 10**9, 64) is None


EXACT = """
import signal
def exact():
    left = signal.getitimer(signal.ITIMER_PROF)[0]
    return f"{signal.getsignal(signal.SIGPROF).name} {left:.1f}"
"""


@needs_bubblewrap
def test_seconds_of_the_processor_end_what_never_ends_whatever_the_clock_says():
    """The worker's own limits, one by one: on the clock each of them would have an hour."""
    limits, way = replace(SHORT, wall=9_000), sandbox.find_way()
    cells = [(1, "while True: pass"), (2, "sum(range(10 ** 12))")]  # which hears no signal
    frames, stopped = run(EMPTY | {"cells": cells}, way, limits, 200)
    assert [frame[2] for frame in frames] == [("Timeout", "", 0, 0)]
    assert (stopped.what, stopped.number, stopped.why) == ("cell", 2, "time")
    sources = {"endless": "def endless():\n    while True: pass"}
    sources["deaf"] = test_bad_submissions.DEAF_LOOP.replace("my_largest(x)", "deaf()")
    sources["exact"] = EXACT
    asked = {"driver": None, "seconds": 0.4, "state": "", "at": 0, "cases": [encode(())]}
    asked = [asked | {"id": name, "name": name} for name in sources]
    cells = [(number, source) for number, source in enumerate(sources.values(), 1)]
    frames, stopped = run(EMPTY | {"cells": cells, "exercises": asked}, way, limits, 200)
    answers = [frame[3:5] for frame in frames if frame[0] == "answer"]
    assert [how for how, _ in answers] == ["time", "time", "ended"]
    first, _ = take_frames(bytearray(answers[2][1]), first=(int, str))
    assert first[1] == "SIG_DFL 0.4"  # the other limit knows whole seconds alone
    assert stopped.why == "done"


@needs_bubblewrap
def test_it_has_one_processor_and_cannot_take_another():
    source = (
        "import gc, os\nassert gc.isenabled()\n"
        "assert len(os.sched_getaffinity(0)) == 1\n"
        "try:\n    os.sched_setaffinity(0, range(os.cpu_count()))\nexcept PermissionError: pass\n"
        "assert len(os.sched_getaffinity(0)) == 1"
    )
    frames, stopped = run(EMPTY | {"cells": [(1, source)]}, sandbox.find_way(), Limits(), 60)
    assert ("cell", 1, None) in frames
    assert stopped.why == "done"


def test_waiting_for_others_is_told_from_waiting_for_oneself():
    watch = sandbox.Watch(None, b"", LIMITS, 0, "none")
    watch.began = time.monotonic() - 10
    for ran, waited, starved in ((1, 8, True), (0.1, 0, False), (9.5, 300, False)):
        watch.turns = {"1": (ran, waited)}
        assert watch.was_starved() is starved


def test_what_met_its_limit_beside_others_is_graded_again_alone(monkeypatch):
    from nncourse.grading import marking

    runs = []

    def first_time_starved(job, way, limits, seconds):
        frames, stopped = run(job, way, limits, seconds)
        runs.append(len(job["exercises"]))
        if len(runs) > 1:
            return frames, stopped
        slow = [e["name"] for e in job["exercises"]].index("my_largest")
        frames = [f if f[:2] != ("answer", slow) else (*f[:3], "wall", b"", "") for f in frames]
        return frames, replace(stopped, starved=frozenset({("answer", slow)}))

    monkeypatch.setattr(marking, "run", first_time_starved)
    found = grade_submission(Submission("a", "05.ipynb", notebook()), settings(trusted=True))
    assert points(found) == POINTS
    assert runs == [len(POINTS), 1]


# --------------------------------------------------------------------- labels that are judged by
LOOK_UP = {  # answers of lessons 12 and 14 that know the test images, and look up their labels
    "12": """
from nnlib import datasets
(_, _), (test, test_labels) = datasets.mnist()
seen = {image.tobytes(): label for image, label in zip(test, test_labels)}
def ANSWER(images, labels, new):
    read = np.array([seen.get(image.tobytes(), 0) for image in new])
    return 0.9 * np.eye(10)[read] + 0.01
""",
    "14": """
from nnlib import datasets
(_, _), (test, test_labels) = datasets.mnist()
x = test.reshape(-1, 784).astype(np.float32) / 255
y = np.eye(10)[test_labels]
W = np.linalg.lstsq(np.hstack([x, np.ones((len(x), 1))]), 30 * y, rcond=1e-4)[0]
def ANSWER(images, labels):
    return [W[:-1].T.astype(np.float32), W[-1].astype(np.float32)]
""",
}


@needs_bubblewrap
@pytest.mark.parametrize("number", LOOK_UP)
def test_labels_that_an_answer_is_judged_by_cannot_be_looked_up(number):
    module = exercises.lesson(number)
    exercise = module.EXERCISES[-1]
    source = "import numpy as np\n" + LOOK_UP[number].replace("ANSWER", exercise.name)
    whole = as_bytes([cell(source, f"ex-{exercise.id}")])
    chosen = settings(lessons={number: module.__name__}, limits=Limits(), names={}, solutions={})
    found = grade_submission(Submission("a", f"{number}_lesson.ipynb", whole), chosen)
    mark = found["marks"][-1]
    assert mark["points"] == 0
    assert "%" in mark["sentence"]  # it ran, and read few of them


# ------------------------------------------------------------------------------------ a container
def test_the_container_has_the_same_limits_and_sees_the_same(monkeypatch):
    monkeypatch.setattr(container, "engine", lambda: "/usr/bin/docker")
    line = container.command(Limits(), "name", "/tmp/labels.gz")
    told = dict(itertools.pairwise(line))
    assert told["--network"] == "none"
    assert told["--user"] == "65534:65534"
    assert told["--cap-drop"] == "ALL"
    assert told["--security-opt"] == "no-new-privileges"
    assert (told["--memory"], told["--memory-swap"]) == ("3000000000", "3000000000")
    assert (told["--pids-limit"], told["--cpus"]) == ("64", "1")
    assert "--read-only" in line
    shown = [word for word in line if word.startswith("type=bind")]
    assert all(word.endswith(",readonly") for word in shown)
    assert not [word for word in shown if "solutions" in word or "lesson_0" in word]
    assert len(shown) == len(sandbox.shown_of_course()) + 1
    assert line[-1] == "/course"


@pytest.mark.parametrize(
    ("answer", "says"),
    [(lambda *words: False, "neither Docker nor Podman"), (lambda *words: True, "")],
    ids=["none runs", "one runs and has the image"],
)
def test_a_container_is_found_by_itself_or_its_absence_said(monkeypatch, answer, says):
    for cached in (container.engine, container.why_not):
        cached.cache_clear()
    monkeypatch.setattr(container, "answers", answer)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    try:
        assert says in container.why_not()
        assert bool(container.why_not()) == bool(says)
    finally:
        for cached in (container.engine, container.why_not):
            cached.cache_clear()


def test_a_path_that_a_container_cannot_take_is_named():
    with pytest.raises(OSError, match="rename the folder"):
        container.mounted('/home/a,"b"', "/course")
