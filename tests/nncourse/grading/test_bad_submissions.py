"""The table of bad submissions: what each costs, and that it costs nothing else.

All of them are graded once, in two processes and the real sandbox; those that never end by
themselves in a folder of their own, with a short time. A row names the exercises that it loses;
every other exercise must have full points. Most rows break 05.5; the answers to 05.2 and 05.3 call
those before them. many.py's answers stand in one notebook.
"""

import os
import socket
import threading
from pathlib import Path

import pytest

from nncourse.grading.folder import grade, processes
from nncourse.grading.marking import FAILED, GRADED, REJECTED, grade_submission
from nncourse.grading.submissions import Submission
from tests.nncourse.grading import attacks, honest, lesson, many
from tests.nncourse.grading.helpers import (
    POINTS,
    SHORT,
    as_bytes,
    cell,
    cells,
    notebook,
    points,
    settings,
)
from tests.nncourse.grading.needs import needs_bubblewrap

pytestmark = [needs_bubblewrap, pytest.mark.timeout(600)]

MARKER = "left_behind_by_a_submission"
HERE = Path(lesson.__file__).resolve().parent
ROOT = HERE.parents[2]
FIVE = ("05.5",)
ALL = tuple(POINTS)


def largest(*lines, result="np.max(x)"):
    """An answer to 05.5 that does something before it returns the right result."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"def my_largest(x):\n{body}    return {result}"


WRONG = "def my_largest(x):\n    return np.min(x)"
READ_THE_DISK = f"""
def my_largest(x):
    import glob, os, sys
    from nncourse.exercises import find
    reference = find("05.5").reference
    if type(reference(x)) is np.float64:
        return reference(x)
    places = [{str(HERE)!r}, {str(ROOT / "solutions")!r}, {str(ROOT / "exercises")!r}]
    places += [{str(ROOT / "nncourse/exercises")!r}, "/course/nncourse", "/course/worker"]
    places += sys.path + [os.path.join(p, "nncourse", "exercises") for p in sys.path]
    for place in places:
        if glob.glob(place + "/lesson*.py") or glob.glob(place + "/*.ipynb"):
            return np.max(x)
    return None
"""
WRITE_OUTSIDE = """
import os, pathlib
for folder in (FOLDER, ROOT, "/", "/usr/lib", "/course/nnlib", os.path.expanduser("~root")):
    for file in ("written.txt", "nnlib/written.txt"):
        try:
            pathlib.Path(folder, file).write_text("outside")
        except OSError:
            pass
"""
CALL_OUT = """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_UNIX, "\\0" + NAME)):
    try:
        caller = socket.socket(family)
        caller.settimeout(0.2)
        caller.connect(address)
        caller.sendall(b"what is the answer?")
    except OSError:
        pass
"""
LEAVE_PROCESSES = """
def my_largest(x):
    import os, time
    for _ in range(500):
        try:
            if os.fork() == 0:
                os.setsid()
                while True:
                    time.sleep(1)
        except OSError:
            break
    return None
"""
LEAVE_ONE = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)", "{MARKER}"])
"""
FORGE = """
def my_largest(x):
    import os, sys
    protocol = sys.modules["protocol"]
    for out in range(3, 30):
        for message in (("answer", 4, 1, "ended", b""), ("cell", 1, None), ("done",)):
            data = protocol.encode(message)
            try:
                os.write(out, len(data).to_bytes(4, "little") + data)
            except OSError:
                pass
    return np.min(x)
"""
FLOOD = """
def my_largest(x):
    import os, sys
    data = sys.modules["protocol"].encode(("cell", 1, None))
    data = (len(data).to_bytes(4, "little") + data) * 1000
    while True:
        for out in range(3, 30):
            try:
                os.write(out, data)
            except OSError:
                pass
"""
GARBAGE = """
def my_largest(x):
    import os
    for out in range(3, 30):
        try:
            os.write(out, b"garbage" * 1000)
        except OSError:
            pass
    os._exit(0)
"""
EQUALS_ALL = """
class Friendly(np.ndarray):
    def __eq__(self, other): return np.True_
    def __ne__(self, other): return np.False_
    def __array_ufunc__(self, *a, **k): return np.True_
    def __array_function__(self, *a, **k): return np.True_
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def all(self, *a, **k): return True
def my_largest(x):
    return np.array(12345.0).view(Friendly)
"""
EQUALS_ALL_TOO = """
class Friend(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __float__(self): return 6.0
    def __reduce__(self): return (print, ("hello",))
    __hash__ = None
def my_largest(x):
    return Friend(12345.0)
"""
PATCH_NUMPY = """
def yes(*a, **k): return True
for module in (np, np.testing):
    for name in ("allclose", "isclose", "array_equal", "array_equiv", "assert_allclose"):
        setattr(module, name, yes)
np.asarray = np.array = lambda *a, **k: 6.0
np.float64 = float
"""
PATCH_BUILTINS = """
import builtins
for name in ("all", "any", "abs"):
    setattr(builtins, name, lambda *a, **k: True)
builtins.len = lambda x: 1
builtins.print = builtins.repr = builtins.open = builtins.enumerate = builtins.range = None
"""
PATCH_IPYTHON = """
import IPython
IPython.core.interactiveshell.InteractiveShell.run_cell = lambda *a, **k: None
IPython.get_ipython = lambda: None
get_ipython().kernel.do_execute = None
get_ipython().run_cell("1/0")
get_ipython = None
"""
PATCH_PYTHON = """
import json, os, pickle, signal, struct, sys, time
os.write = os.fork = os.read = struct.pack = time.monotonic = json.dumps = pickle.dumps = None
os._exit = lambda code=0: None
sys.modules["protocol"].encode = sys.modules["protocol"].ProtocolError = None
sys.stdout.close()
sys.stderr = None
sys.path.clear()
os.chdir("/")
os.environ.clear()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.setrecursionlimit(60)
"""
EVERY_MAGIC = [
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nx = 1",
    "!rm -rf /\nfiles = !ls\n%pip install nothing\nimport numpy as np",
    "%%bash\nexit 3",
    "%%time\nimport math\ndef of_a_timed_cell(x):\n    return math.sqrt(x)",
    "%timeit of_a_timed_cell(4)\nnp.max?\n?np.max",
    "import asyncio\nawait asyncio.sleep(0)\nasync def f():\n    return 1\nawait f()",
    "from ipywidgets import interact\ninteract(lambda x: x, x=(0, 3))\ndisplay(3)",
    "from nnlib.widgets import explore_neuron\nshown = explore_neuron()\nshown.bias.value = 3",
]


def changed(source):
    """A notebook whose answer to 05.5 is this code; all the others are right."""
    return notebook(my_largest=source)


def stub(name):
    if name == "my_number":
        return "my_number = ..."
    if name == "MyLine":
        return "class MyLine:\n    def __init__(self, slope):\n        raise NotImplementedError()"
    return f"def {name}(x):\n    raise NotImplementedError()"


def without_metadata(cell):
    return cell | {"metadata": {}}


def worth_a_thousand(cell):
    return cell | {"metadata": {"nbgrader": {"grade": True, "grade_id": "x", "points": 1000}}}


DEAF_LOOP = """
def my_largest(x):
    import signal
    signal.setitimer(signal.ITIMER_PROF, 0)
    for name in ("SIGPROF", "SIGXCPU", "SIGTERM", "SIGINT", "SIGALRM"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
"""
THREAD = """
import threading
def work():
    while True:
        pass
threading.Thread(target=work, daemon=True).start()
"""
HUGE_FILES = """
for number in range(20):
    with open(f"/tmp/{number}", "w") as file:
        file.write("x" * 10_000_000)
"""

# what it is: (the file, the exercises that it loses)
TIME = {
    "infinite loop in an answer": (changed(largest("while True: pass")), FIVE),
    "infinite loop that swallows interrupts": (changed(DEAF_LOOP), FIVE),
    "sleeps forever": (changed(largest("import time; time.sleep(1e6)")), FIVE),
    "infinite loop in a cell": (notebook(before=["while True: pass"]), ()),
    "infinite loop in an answer that a cell calls": (
        notebook(after=["my_largest(np.ones(3))"], my_largest=largest("while True: pass")),
        FIVE,
    ),
    "a thread that never ends": (notebook(before=[THREAD]), ()),
}
ENDS = {
    "sys.exit in an answer": (changed(largest("import sys; sys.exit(0)")), FIVE),
    "sys.exit in a cell": (notebook(before=["import sys\nsys.exit()"]), ()),
    "os._exit in an answer": (changed(largest("import os; os._exit(0)")), FIVE),
    "os._exit in a cell": (notebook(before=["import os\nos._exit(0)"]), ()),
    "segmentation fault in an answer": (
        changed(largest("import ctypes; ctypes.string_at(0)")),
        FIVE,
    ),
    "segmentation fault in a cell": (notebook(before=["import ctypes\nctypes.string_at(0)"]), ()),
    "recursion without end": (changed(largest("my_largest(x)")), FIVE),
    "kills its parent": (changed(largest("import os; os.kill(os.getppid(), 9)")), FIVE),
    "kills everything": (changed(largest("import os; os.kill(-1, 9); os._exit(0)")), FIVE),
    "kills everything in a cell": (notebook(before=["import os\nos.kill(-1, 9)\nos._exit(0)"]), ()),
    "forks in a cell and goes on": (notebook(before=["import os\nos.fork()"]), ()),
    "as many processes as it can": (changed(LEAVE_PROCESSES), FIVE),
    "a process left behind": (notebook(after=[LEAVE_ONE]), ()),
}
SIZE = {
    "50 GB at once": (changed(largest("huge = np.ones(6_250_000_000)")), FIVE),
    "50 GB at once in a cell": (notebook(before=["huge = np.ones(6_250_000_000)"]), ()),
    "memory that grows slowly": (
        changed(largest("held = []", "while True: held.append(np.ones(250_000))")),
        FIVE,
    ),
    "100 MB printed": (notebook(before=["for _ in range(100): print('x' * 1_000_000)"]), ()),
    "100 MB printed by an answer": (
        changed(largest("for _ in range(5): print('x' * 1_000_000)")),
        (),
    ),
    "a result of 200 MB": (changed(largest(result="np.ones(25_000_000)")), FIVE),
    "200 MB of files": (notebook(before=[HUGE_FILES]), ()),
}
DECEIT = {
    "tests and points edited": (
        as_bytes(
            [
                cell("def check(*anything): return 'right'"),
                *cells(my_largest=WRONG),
                worth_a_thousand(cell("assert True")),
            ]
        ),
        FIVE,
    ),
    "tests deleted": (
        as_bytes([c for c in cells(my_largest=WRONG) if "check(" not in c["source"]]),
        FIVE,
    ),
    "NumPy patched": (notebook(after=[PATCH_NUMPY], my_largest=WRONG), FIVE),
    "builtins patched": (notebook(after=[PATCH_BUILTINS], my_largest=WRONG), FIVE),
    "IPython patched": (notebook(before=[PATCH_IPYTHON], my_largest=WRONG), FIVE),
    "os, sys, json and signals patched": (notebook(after=[PATCH_PYTHON], my_largest=WRONG), FIVE),
    "an ndarray that equals everything": (changed(EQUALS_ALL), FIVE),
    "a float that equals everything": (changed(EQUALS_ALL_TOO), FIVE),
    "results forged": (changed(FORGE), FIVE),
    "garbage in the channel to the grader": (changed(GARBAGE), FIVE),
    "a flood in the channel to the grader": (changed(FLOOD), FIVE),
    "the disk read for solutions": (changed(READ_THE_DISK), FIVE),
}
HONEST = {
    "right": (notebook(), ()),
    "right, with debug prints": (changed(largest("print('max of', x)")), ()),
    "right, with text on stderr": (
        changed(largest("import sys", "print('max of', x, file=sys.stderr)")),
        (),
    ),
    "right, with warnings": (changed(largest("np.log(-x * x - 1)")), ()),
    "wrong": (changed(WRONG), FIVE),
    "untouched": (notebook(**{name: stub(name) for name in lesson.ANSWERS}), ALL),
    "cells duplicated": (as_bytes(cells() + cells()), ()),
    "cells duplicated, the last one wrong": (notebook(after=[WRONG]), FIVE),
    "the answer in a new cell below the stub": (
        notebook(after=[largest()], my_largest=stub("my_largest")),
        (),
    ),
    "metadata stripped": (as_bytes([without_metadata(c) for c in cells()]), ()),
    "input() in a cell": (notebook(before=["name = input('Your name? ')"]), ()),
    "input() in an answer": (changed(largest("input()")), FIVE),
    "syntax error in one cell": (changed("def my_largest(x:\n    return 1"), FIVE),
    "null byte in a cell": (notebook(before=["x = 1\0"]), ()),
    "an early answer wrong": (notebook(my_mean="def my_mean(x): return np.sum(x)"), ("05.1",)),
    "an early answer missing": (notebook(my_mean=""), ("05.1",)),
    "an early answer that hangs": (
        notebook(my_mean="def my_mean(x):\n    while True: pass"),
        ("05.1",),
    ),
    "an early answer that crashes": (
        notebook(my_mean="def my_mean(x):\n    import os; os.abort()"),
        ("05.1",),
    ),
    "two early answers wrong": (
        notebook(my_mean="def my_mean(x): return x[0]", my_centre="def my_centre(x): return x"),
        ("05.1", "05.2"),
    ),
    "the import of NumPy forgotten": (as_bytes(cells()[1:]), ("05.1", "05.2", "05.3", "05.5")),
    "a generator": (changed(largest(result="(n for n in x)")), FIVE),
    "a set": (changed(largest(result="{np.max(x)}")), FIVE),
    "nothing returned": (changed("def my_largest(x):\n    np.max(x)"), FIVE),
    "a value for a function": (changed("my_largest = 6.0"), FIVE),
    "the input changed in place": (changed(largest("x.sort()")), ()),
    "every magic": (notebook(before=EVERY_MAGIC), ()),
    "nbformat 4.4": (as_bytes(cells(), nbformat_minor=4), ()),
    "nbformat 3": (
        as_bytes(
            None,
            nbformat=3,
            worksheets=[
                {"cells": [{"cell_type": c["cell_type"], "input": c["source"]} for c in cells()]}
            ],
        ),
        (),
    ),
    "source as a list of lines": (
        as_bytes([c | {"source": c["source"].splitlines(keepends=True)} for c in cells()]),
        (),
    ),
    "a byte-order mark": (b"\xef\xbb\xbf" + notebook(), ()),
}
# two that need to know an address of this machine; the fixture fills it in
REACHING_OUT = {
    "written outside": (notebook(before=[WRITE_OUTSIDE]), ()),
    "network of this machine": (notebook(before=[CALL_OUT]), ()),
}
TABLE = TIME | ENDS | SIZE | DECEIT | HONEST | REACHING_OUT | attacks.TABLE | honest.TABLE
ENDLESS = {
    *TIME,
    *attacks.TIME,
    *("an early answer that hangs", "an exception whose text never ends", "stops itself in a cell"),
    *("a loop without end in the set-up cell", "recursion below Python"),
}
REJECTED_FILES = {  # name: (the file's bytes, a part of the reason)
    "invalid JSON": (notebook()[:-40], "damaged"),
    "empty file": (b"", "empty"),
    "white space": (b" \n ", "empty"),
    "a picture": (b"\x89PNG\r\n\xff\xff", "damaged"),
    "a list": (b"[1, 2]", "not a notebook"),
    "nbformat 2": (as_bytes(cells(), nbformat=2), "format 2"),
    "no cells": (as_bytes(7), "no list of cells"),
    "no code": (as_bytes([{"cell_type": "markdown", "source": "hello"}]), "no code"),
    "nested too deep": (b"[" * 100_000, "damaged"),
}


class Listener:
    """Listens on the loopback network and an abstract socket; .heard is what reached it."""

    def __init__(self):
        self.heard = []
        self.sockets = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self.port = self.sockets[0].getsockname()[1]
        self.name = f"nnlib-test-{os.getpid()}"
        self.sockets[1].bind("\0" + self.name)
        self.sockets[1].listen()
        for server in self.sockets:
            threading.Thread(target=self.listen, args=(server,), daemon=True).start()

    def listen(self, server):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.heard.append(connection.recv(100))
            connection.close()

    def close(self):
        for server in self.sockets:
            server.shutdown(socket.SHUT_RDWR)
            server.close()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """{name: outcome} of the whole table, and what was seen outside while it was graded."""
    folder, outside = tmp_path_factory.mktemp("submissions"), tmp_path_factory.mktemp("outside")
    endless = tmp_path_factory.mktemp("endless")
    listener = Listener()
    places = (f"FOLDER, ROOT = {str(outside)!r}, {str(ROOT)!r}", f"PORT, NAME = {listener.port}, ")
    places = (places[0], places[1] + repr(listener.name))
    files = {name: data for name, (data, _) in (TABLE | REJECTED_FILES).items()}
    for name, source in zip(REACHING_OUT, (WRITE_OUTSIDE, CALL_OUT), strict=True):
        files[name] = notebook(before=["\n".join([*places, source])])
    for name, data in files.items():
        home = (endless if name in ENDLESS else folder) / name.replace("/", "_")
        home.mkdir()
        (home / "05_numbers.ipynb").write_bytes(data)
    (folder / "many answers").mkdir()
    (folder / "many answers" / "06_many.ipynb").write_bytes(many.notebook())
    (folder / "two downloads").mkdir()
    (folder / "two downloads" / "05 (1).ipynb").write_bytes(notebook())
    (folder / "missing file").mkdir()
    (folder / "missing file" / "answers.docx").write_bytes(b"words")
    (folder / "a link").mkdir()
    (folder / "a link" / "05.ipynb").symlink_to(folder / "right" / "05_numbers.ipynb")
    lessons = {"05": lesson.MODULE, "06": many.MODULE}
    with processes(2) as executor:
        book = grade(folder, executor, settings(lessons=lessons))
        book.outcomes += grade(endless, executor, settings(limits=SHORT)).outcomes
    listener.close()
    book.outside, book.heard = list(outside.rglob("*")), listener.heard
    return book


def outcome(book, name):
    (found,) = [
        outcome for outcome in book.outcomes if outcome["student"] == name.replace("/", "_")
    ]
    return found


@pytest.mark.parametrize("name", TABLE)
def test_a_submission_loses_what_is_wrong_in_it_and_nothing_else(graded, name):
    found = outcome(graded, name)
    assert (found["status"], found["reason"]) == (GRADED, "")
    lost = TABLE[name][1]
    assert points(found) == {id: 0 if id in lost else of for id, of in POINTS.items()}


@pytest.mark.parametrize("name", many.ANSWERS)
def test_an_answer_among_many_gets_what_it_is_worth(graded, name):
    assert points(outcome(graded, "many answers"))[many.IDS[name]] == many.POINTS[many.IDS[name]]


@pytest.mark.parametrize("name", REJECTED_FILES)
def test_what_is_no_notebook_is_rejected_with_a_reason(graded, name):
    found = outcome(graded, name)
    assert found["status"] == REJECTED
    assert REJECTED_FILES[name][1] in found["reason"]
    assert found["marks"] == []


def test_files_with_other_names_links_and_missing_files(graded):
    assert points(outcome(graded, "two downloads")) == POINTS
    assert "only answers.docx" in outcome(graded, "missing file")["reason"]
    assert "link" in outcome(graded, "a link")["reason"]


def test_every_submission_is_accounted_for(graded):
    rejected = len(REJECTED_FILES) + 2
    assert graded.statuses() == {GRADED: len(TABLE) + 2, REJECTED: rejected, FAILED: 0}


def test_nothing_was_written_outside(graded):
    assert graded.outside == []
    assert not list(ROOT.glob("written.txt")) + list(ROOT.glob("nnlib/written.txt"))


def test_nobody_called_in_over_the_network(graded):
    assert graded.heard == []


def test_no_process_was_left_behind(graded):
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes())
        except OSError:
            continue
    assert commands
    assert not [command for command in commands if MARKER.encode() in command]


SAYS = {  # name: what stands in the sentence about 05.5
    "infinite loop in an answer": "loop that never ends",
    "infinite loop that swallows interrupts": "loop that never ends",
    "sleeps forever": "loop that never ends",
    "sys.exit in an answer": "SystemExit",
    "os._exit in an answer": "ended Python",
    "segmentation fault in an answer": "segmentation fault",
    "recursion without end": "RecursionError",
    "50 GB at once": "MemoryError",
    "memory in many children": "more memory",
    "a result of 200 MB": "more than 32 MB",
    "input() in an answer": "input() has nobody to ask",
    "syntax error in one cell": "there is no `my_largest`: SyntaxError",
    "the import of NumPy forgotten": "in the line `return np.max(x)`",
    "a generator": "a generator",
    "nothing returned": "return",
    "a value for a function": "not callable",
}


@pytest.mark.parametrize("name", SAYS)
def test_a_learner_reads_what_went_wrong(graded, name):
    (mark,) = [mark for mark in outcome(graded, name)["marks"] if mark["id"] == "05.5"]
    assert SAYS[name] in mark["sentence"]


@pytest.mark.parametrize("name", honest.SAYS)
def test_what_is_there_and_not_found_is_named(graded, name):
    id, part = honest.SAYS[name]
    (mark,) = [mark for mark in outcome(graded, name)["marks"] if mark["id"] == id]
    assert part in mark["sentence"]
    assert mark["verdict"] != "not started"


@pytest.mark.parametrize("name", honest.TELLS)
def test_the_first_error_is_told(graded, name):
    (remark,) = outcome(graded, name)["remarks"]
    assert honest.TELLS[name] in remark


@pytest.mark.parametrize("name", honest.REMARKS)
def test_a_remark_says_which_state_was_judged(graded, name):
    id, part = honest.REMARKS[name]
    (mark,) = [mark for mark in outcome(graded, name)["marks"] if mark["id"] == id]
    assert part in mark["remark"]
    assert outcome(graded, name)["remarks"] == []


def test_a_notebook_of_another_language_is_told_so():
    found = grade_submission(Submission("a", "05_numbers.ipynb", honest.R_NOTEBOOK), settings())
    assert {mark["points"] for mark in found["marks"]} == {0}
    assert all("written for R" in mark["sentence"] for mark in found["marks"])


def test_without_the_sandbox_the_solutions_are_in_reach():
    """So the row "the disk read for solutions" loses its points because of the sandbox."""
    given = Submission("a", "05.ipynb", TABLE["the disk read for solutions"][0])
    assert points(grade_submission(given, settings(trusted=True))) == POINTS
