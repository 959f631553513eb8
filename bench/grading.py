"""A class with hogs and bombs in it: do the others get their marks, how much memory does it take?

    python -m bench.grading [submissions bombs hogs]

Grades a class twice with two processes, without the bad ones and with them, and prints both times,
the peak of all memory that the grader and its sandboxes held, and whose marks differ: nobody's.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from nncourse.grading import memory
from nncourse.grading.folder import grade, processes
from tests.nncourse.grading import attacks
from tests.nncourse.grading.helpers import LIMITS, notebook, points, settings

BOMBS = ("memory in many children", "memory in a list of lists", "memory in /dev/shm")
HOGS = ("busy children", "a fork bomb")
WORKERS = 2


class Peak:
    """The most that this process and all that came from it held, looked at 20 times a second."""

    def __init__(self):
        self.bytes, self.ended = 0, threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)

    def look(self):
        while not self.ended.wait(0.05):
            self.bytes = max(self.bytes, memory.of(os.getpid(), 0).bytes)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join()


def write_class(folder, number, bad):
    """A folder with as many learners, and those of the table of attacks among them."""
    right, wrong = notebook(), notebook(my_largest="def my_largest(x):\n    return np.min(x)")
    files = {f"learner {n:04d}": right if n % 3 else wrong for n in range(number)}
    for n, name in enumerate(bad):
        files[f"learner {n * number // max(len(bad), 1):04d} neighbour"] = attacks.TABLE[name][0]
    for name, data in files.items():
        (folder / name).mkdir()
        (folder / name / "05_numbers.ipynb").write_bytes(data)


def graded(number, bad):
    """({learner: points}, seconds, bytes at the peak) of a class with these among them."""
    with tempfile.TemporaryDirectory() as name, Peak() as peak, processes(WORKERS) as executor:
        write_class(Path(name), number, bad)
        start = time.perf_counter()
        book = grade(name, executor, settings())
        seconds = time.perf_counter() - start
    marks = {o["student"]: points(o) for o in book.outcomes if "neighbour" not in o["student"]}
    return marks, seconds, peak.bytes


def compare(number, bombs, hogs):
    """What main() prints, as a dict."""
    bad = [BOMBS[n % len(BOMBS)] for n in range(bombs)] + [HOGS[n % len(HOGS)] for n in range(hogs)]
    alone, seconds_alone, _ = graded(number, ())
    beside, seconds, peak = graded(number, bad)
    differ = [name for name in alone if alone[name] != beside.get(name)]
    allowed = LIMITS.memory * WORKERS + 400_000_000
    return {
        "learners": len(alone),
        "marks that differ": differ,
        "seconds without": round(seconds_alone, 1),
        "seconds with": round(seconds, 1),
        "peak MB": peak // 1_000_000,
        "allowed MB": allowed // 1_000_000,
    }


if __name__ == "__main__":
    for what, found in compare(*map(int, sys.argv[1:] or (300, 10, 5))).items():
        print(f"{what:20} {found}")
