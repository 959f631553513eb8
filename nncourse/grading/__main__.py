"""The command line of the grader: python -m nncourse grade FOLDER."""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from nncourse.grading import cluster, deadlines, journal, report, roster, rubric
from nncourse.grading.book import Damaged, read_overrides, read_results
from nncourse.grading.folder import course_settings, grade, processes
from nncourse.grading.layouts import WhoIsWho, find
from nncourse.grading.names import shown
from nncourse.grading.sandbox import OVERRIDE, NoSandbox, find_way

STOPPED = 130  # the exit code after Ctrl-C, as a shell has it
GIVE_UP = 20  # seconds after which the system ends a run that was stopped and cannot end itself
MORE = """\
Reports go to the folder grades/: open index.html. Tables of yours that are read from there:

    overrides.csv   marks given by hand, like "ada,05.2,3,told me in person"
    roster.csv      who is in the class: student,name,email,group, or what Moodle or Canvas exports
    deadlines.csv   lesson,due,grace,penalty,most,student,handed in,reason
    rubric.csv      exercise,criterion,points,title of what is marked by hand

What was graded is kept as it comes: after Ctrl-C, a crash or a full disk the same command goes on
from there. docs/instructors.md says more, and how many machines share the work.
"""


def add_arguments(parser):
    parser.add_argument("folder", type=Path, help="the submissions: a folder, or a zip")
    parser.add_argument("--out", type=Path, default=Path("grades"), help="where reports go")
    parser.add_argument("--roster", type=Path, help="who is in the class; else OUT/roster.csv")
    parser.add_argument(
        "--pattern",
        help='who is who, where no form fits, like "{student}_*.ipynb" or "*/{student}/**"',
    )
    parser.add_argument(
        "--expect",
        default="",
        metavar="LESSONS",
        help="like 05,06: list who has not handed these in",
    )
    parser.add_argument(
        "--executor",
        default="processes",
        help='"processes" (the default), "serial", or tls://HOST:PORT of dask\'s scheduler',
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--tls", type=Path, metavar="FOLDER", help="of cert.pem and key.pem")
    parser.add_argument(
        "--seed", type=int, help="random cases; without it, those of the run before"
    )
    parser.add_argument("--new-seed", action="store_true", help="new random cases even so")
    parser.add_argument(
        "--seed-per-learner", action="store_true", help="other random cases for each learner"
    )
    parser.add_argument("--anonymous", action="store_true", help="pages for marking without names")
    parser.add_argument(cluster.OVERRIDE, action="store_true", dest="trust_network", help="dask")
    parser.add_argument(OVERRIDE, action="store_true", dest="trusted", help="run as yourself")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options):
    """Grade as the command line says; returns the exit code.

    0, or 1 when the grader failed for a submission, or 2 when nothing was graded.
    """
    if options.executor in ("serial", "processes"):
        find_way(options.trusted)  # the machines of a cluster look for themselves
    if not options.folder.exists():
        raise FileNotFoundError(f"There is no folder {options.folder}.")
    with journal.claimed(options.out):
        return run_alone(options)


def run_alone(options):
    out, start = options.out, time.perf_counter()
    before, remarks = earlier(out)
    seed = options.seed
    if seed is None and not options.new_seed:
        seed = journal.seed_of(out)
        seed = before.get("seed") if seed is None else seed
    settings = course_settings(seed, trusted=options.trusted)
    tables = read_tables(options, settings)
    found = find(options.folder, settings, tables["roster"], options.pattern)
    found.remarks[:0] = remarks
    if not found.submissions:
        raise ValueError(f"There are no submissions in {options.folder}: nothing was graded.")
    names = [name for one in found.submissions for name in (one.student, *one.others)]
    names = {*names, *tables["roster"].learners}
    groups = {learner.group for learner in tables["roster"].learners.values()} - {""}
    due = deadlines.read(out / report.DEADLINES, settings.lessons, names, groups)
    about = {
        "seed": settings.seed,
        "per_learner": options.seed_per_learner,
        "course": journal.course_of(settings),
        "limits": asdict(settings.limits),
        "trusted": settings.trusted,
    }
    kept = journal.Journal(out, about)
    if kept.kept:
        print(f"Going on where a run was stopped: {kept.kept} are graded already.")
    try:
        with executor(options) as chosen:
            book = grade(
                options.folder,
                chosen,
                settings,
                progress=not options.quiet,
                found=found,
                journal=kept,
                deadlines=due,
                per_learner=options.seed_per_learner,
                **tables,
            )
        page = report.write(book, out, before, options.anonymous)
    except KeyboardInterrupt:
        print(f"\nStopped. {kept.told()}", file=sys.stderr)
        return STOPPED
    finally:
        kept.close()
    kept.finished()
    tell(book, before, time.perf_counter() - start, page)
    counts = book.statuses()
    if not counts["graded"]:
        print("Nothing was graded.", file=sys.stderr)
        return 2
    return int(counts["failed"] > 0)


def earlier(out):
    """(results of the run before, remarks); a file that cannot be read is put aside, and said."""
    path = out / report.RESULTS
    try:
        return read_results(path), []
    except Damaged as error:
        aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y-%m-%d-%H%M%S')}")
        os.replace(path, aside)
        return {}, [
            f"{error}: it is kept as {aside.name}. So it is not known what has changed since the "
            "run before, nor which random cases it had."
        ]


def read_tables(options, settings):
    """What people have written: every mistake in it is found before anything is graded."""
    path = options.roster or options.out / report.ROSTER
    people = roster.read(path) if options.roster or path.exists() else roster.EMPTY
    if options.roster and not options.roster.exists():
        raise ValueError(f"There is no roster {options.roster}.")
    return {
        "roster": people,
        "rubric": rubric.read(options.out / report.RUBRIC, settings.lessons),
        "overrides": read_overrides(options.out / report.OVERRIDES),
        "expect": expected(options.expect, settings.lessons),
    }


def expected(text, lessons):
    words = (word.strip() for word in text.replace(";", ",").split(","))
    numbers = [word.zfill(2) for word in words if word]
    for number in numbers:
        if number not in lessons:
            raise ValueError(
                f"--expect: there is no lesson {number!r}; there are {', '.join(sorted(lessons))}."
            )
    return numbers


def tell(book, before, seconds, page):
    """The summary: first what a person must look at."""
    counts = book.statuses()
    told = ", ".join(f"{number} {status}" for status, number in counts.items())
    for remark in book.notes.remarks:
        print(f"  look: {remark}")
    if book.unused:
        print(f"  look: overrides for nobody who is here: {'; '.join(book.unused)}.")
    print(f"{len(book.outcomes)} submissions in {seconds:.1f} s: {told}.")
    for outcome in book.outcomes:
        if outcome["status"] != "graded":
            name = f"{outcome['student']}, {outcome['path']}"
            print(f"  {outcome['status']}: {name}: {shown(outcome['reason'])}")
    if book.notes.aside:
        print(f"  {len(book.notes.aside)} other files and folders: see submissions.csv.")
    changes = book.changes(before) if before else []
    for row in changes:
        print(f"  changed: {row['student']}, {row['what']}: {row['before']} -> {row['after']}")
    if before and not changes:
        print("  Nothing has changed since the run before.")
    print(f"Seed {book.settings.seed}. Open {page}")


def executor(options):
    """A context manager that gives an Executor, or None for this process."""
    name = options.executor
    if name == "serial":
        return contextlib.nullcontext()
    if name == "processes":
        return processes(max(1, options.workers))
    if name.startswith(("dask://", "tcp://", "tls://")):
        address = name.replace("dask://", "tls://" if options.tls else "tcp://")
        return cluster.dask_executor(address, options.tls, options.trust_network)
    raise ValueError(f'--executor is "processes", "serial" or tls://HOST:PORT, got {name!r}.')


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
    """run(), with what a person can put right said in a sentence."""
    try:
        with stopped_by_the_system():
            return run(options)
    except (NoSandbox, WhoIsWho, cluster.Unsafe, journal.Busy, journal.Stopped) as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED


@contextlib.contextmanager
def stopped_by_the_system():
    """SIGTERM and a closed terminal end a run as Ctrl-C does.

    Stopped at an unlucky moment, a pool of processes may wait for itself forever, even while Python
    ends: then an alarm ends this process, and with it all others. The journal has what was graded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, GIVE_UP)
        raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # where Ctrl-C or a closed terminal were switched off, as by nohup, they stay so
    names = [name for name in names if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN]
    old = {name: signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield
    finally:
        if hasattr(sys, "ps1") and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)  # a notebook or a prompt goes on after this
        for name, handler in old.items():
            signal.signal(getattr(signal, name), handler)


if __name__ == "__main__":
    sys.exit(main())
