"""The command line of the grader: python -m nncourse grade FOLDER."""

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

from nncourse.grading import report
from nncourse.grading.book import OverrideError, read_overrides, read_results
from nncourse.grading.folder import course_settings, grade, processes
from nncourse.grading.sandbox import OVERRIDE, NoSandbox

MORE = """\
Reports go to the folder grades/: open index.html. Marks given by hand are lines of
grades/overrides.csv, like "ada,05.2,3,told me in person", and outlast every run.

For a class of thousands: pip install distributed, "dask scheduler" on one machine, and on each
machine that has this course and bubblewrap "dask worker tcp://HOST:8786 --nthreads 1 --nworkers -1"
"""


def add_arguments(parser):
    parser.add_argument("folder", type=Path, help="submissions: notebooks, or a folder per learner")
    parser.add_argument("--out", type=Path, default=Path("grades"), help="where reports go")
    parser.add_argument(
        "--executor",
        default="processes",
        help='"processes" (the default), "serial", or dask://HOST:PORT of a scheduler',
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--seed", type=int, help="random cases; without it, those of the run before"
    )
    parser.add_argument("--new-seed", action="store_true", help="new random cases even so")
    parser.add_argument(
        "--expect",
        default="",
        metavar="LESSONS",
        help="like 05,06: list who has not handed these in",
    )
    parser.add_argument(OVERRIDE, action="store_true", dest="trusted", help="run as yourself")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options):
    """Grade as the command line says; the exit code is 1 when the grader failed for one."""
    before = read_results(options.out / report.RESULTS)
    seed = options.seed
    if seed is None and not options.new_seed:
        seed = before.get("seed")
    settings = course_settings(seed, trusted=options.trusted)
    expect = [number.zfill(2) for number in options.expect.split(",") if number]
    overrides = read_overrides(options.out / report.OVERRIDES)
    start = time.perf_counter()
    with executor(options.executor, options.workers) as chosen:
        book = grade(options.folder, chosen, settings, expect, overrides, not options.quiet)
    page = report.write(book, options.out, before)
    counts = book.statuses()
    told = ", ".join(f"{number} {status}" for status, number in counts.items())
    print(f"{len(book.outcomes)} submissions in {time.perf_counter() - start:.1f} s: {told}.")
    for outcome in book.outcomes:
        if outcome["status"] != "graded":
            name = f"{outcome['student']}, {outcome['path']}"
            print(f"  {outcome['status']}: {name}: {outcome['reason']}")
    changes = book.changes(before) if before else []
    for row in changes:
        print(f"  changed: {row['student']}, {row['what']}: {row['before']} -> {row['after']}")
    if before and not changes:
        print("  Nothing has changed since the run before.")
    print(f"Seed {settings.seed}. Open {page}")
    return int(counts["failed"] > 0)


def executor(name, workers):
    """A context manager that gives an Executor, or None for this process."""
    if name == "serial":
        return contextlib.nullcontext()
    if name == "processes":
        return processes(workers)
    if name.startswith(("dask://", "tcp://", "tls://")):
        return dask_executor(name.replace("dask://", "tcp://"))
    raise ValueError(f'--executor is "processes", "serial" or dask://HOST:PORT, got {name!r}.')


@contextlib.contextmanager
def dask_executor(address):
    """dask.distributed's own Executor; its machines need this same course, and bubblewrap."""
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("dask.distributed is missing: python -m pip install distributed") from None
    with Client(address, timeout=20) as client:
        yield client.get_executor(pure=False)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m nncourse grade",
        description="Mark all submissions in a folder, each in a sandbox of its own.",
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    return command(parser.parse_args(arguments))


def command(options):
    """run(), with what a person can mend said in a sentence."""
    try:
        return run(options)
    except (NoSandbox, OverrideError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
