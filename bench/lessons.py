"""Time the lessons: python -m bench.lessons [NN ...]

Runs every lesson, or those with these numbers, from top to bottom in a fresh kernel on one thread,
and stores nothing. Prints seconds, with the start of the kernel, and the kernel's peak memory.
Exits with 1 when a limit is missed.
"""

import argparse
import sys
import time
from pathlib import Path

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell

from bench.measure import environment
from nncourse.authoring.lesson import read
from nncourse.authoring.notebooks import TIMEOUT, execute, reason

LESSONS = Path(__file__).resolve().parents[1] / "lessons"
SECONDS, MEGABYTES = 40, 600

# the kernel's own peak; what getrusage says begins with the peak of the process that started it
PEAK = """
import resource, sys
try:
    with open("/proc/self/status") as status:
        kilobytes = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
except OSError:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kilobytes //= 1024 if sys.platform == "darwin" else 1
print(kilobytes * 1024 / 1e6)
"""


def measure(path):
    """(seconds, megabytes at the peak) of one run of the lesson, on one thread."""
    notebook = read(path)
    start = time.perf_counter()
    ended = []
    notebook.cells.append(new_code_cell(PEAK))
    execute(
        notebook,
        path.parent,
        lambda cell, cell_index: ended.append(time.perf_counter()),
        env=environment(1),
    )
    return ended[-1] - start, float(notebook.cells[-1].outputs[0].text)


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.lessons", description=__doc__)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="which lessons (all)")
    numbers = parser.parse_args().numbers
    missed = False
    print(f"\nLessons, one thread: at most {SECONDS} s and {MEGABYTES} MB", flush=True)
    for path in sorted(LESSONS.glob("[0-9]*.ipynb")):
        if numbers and path.name[:2] not in numbers:
            continue
        try:
            seconds, megabytes = measure(path)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            missed = True
            print(f"  FAILED                  {path.name}: {reason(error, TIMEOUT)}", flush=True)
            continue
        within = seconds <= SECONDS and megabytes <= MEGABYTES
        missed |= not within
        verdict = "met   " if within else "MISSED"
        print(f"  {verdict}{seconds:6.1f} s {megabytes:6.0f} MB   {path.name}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
