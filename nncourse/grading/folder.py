"""grade(folder): every submission in a folder, in this process, in several, or on a cluster."""

import multiprocessing
import secrets
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path

from tqdm import tqdm

import nnlib
from nncourse import exercises
from nncourse.grading.book import Book
from nncourse.grading.layouts import find
from nncourse.grading.marking import (
    FAILED,
    REJECTED,
    Settings,
    grade_submission,
    new_outcome,
)
from nncourse.grading.sandbox import Limits, find_way
from nncourse.grading.submissions import Submission, names_set, read, read_cells

SOLUTIONS = Path(nnlib.__file__).resolve().parents[1] / "solutions"
WAITING = 64  # submissions that are handed out at a time: their files are in memory


def grade(folder, executor=None, settings=None, expect=(), overrides=(), progress=False):
    """Grade all submissions in a folder; returns a Book, which report.write() makes files of.

    executor is any concurrent.futures.Executor, or None to grade in this process. `expect` names
    lessons, like ("05",), that everybody in the folder should have handed in. Raises NoSandbox when
    the learners' code cannot be shut in, and NotADirectoryError.
    """
    settings = settings or course_settings()
    submissions = find(folder)
    if executor is None:
        find_way(settings.trusted)  # other machines look for themselves
        outcomes = (grade_submission(read(s, folder), settings) for s in submissions)
    else:
        outcomes = on_executor(executor, submissions, folder, settings)
    bar = tqdm(outcomes, total=len(submissions), unit=" submissions", disable=not progress)
    graded = sorted(bar, key=lambda outcome: (outcome["student"], outcome["path"]))
    return Book(graded + not_handed_in(graded, expect), settings, overrides)


def processes(number=2):
    """An executor for this machine. Its processes start afresh, so that none inherits a lock."""
    return ProcessPoolExecutor(number, multiprocessing.get_context("spawn"))


def on_executor(executor, submissions, folder, settings):
    """Yield the outcomes as they come. A process that dies costs no submission its marks."""
    queue, running, again = iter(submissions), {}, []
    while True:
        for submission in islice(queue, WAITING - len(running)):
            given = read(submission, folder)
            try:
                running[executor.submit(grade_submission, given, settings)] = submission
            except BrokenExecutor:
                again.append(submission)
        if not running:
            break
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            submission = running.pop(future)
            try:
                yield future.result()
            except BrokenExecutor:
                again.append(submission)  # perhaps a neighbour's fault
            except Exception as error:
                yield new_outcome(submission, FAILED, f"{type(error).__name__}: {error}")
    for submission in again:
        with processes(1) as alone:
            try:
                yield alone.submit(grade_submission, read(submission, folder), settings).result()
            except BrokenExecutor:
                yield new_outcome(submission, FAILED, "The process that graded it died, twice.")


def not_handed_in(outcomes, expect):
    """An outcome for each lesson that someone in the folder should have handed in and did not."""
    students = sorted({outcome["student"] for outcome in outcomes})
    there = {(outcome["student"], outcome["lesson"]) for outcome in outcomes}
    return [
        new_outcome(
            Submission(student, "-"),
            REJECTED,
            f"Nothing was handed in that could be graded as lesson {lesson}.",
            lesson,
        )
        for student in students
        for lesson in expect
        if (student, lesson) not in there
    ]


def course_settings(seed=None, limits=None, trusted=False, solutions=SOLUTIONS):
    """Settings for the lessons of this course; without a seed, the random cases are new ones."""
    numbers = exercises.lessons()
    names, sources = {}, {}
    for number in numbers:
        for path in sorted(Path(solutions).glob(f"{number}_*.ipynb")):
            names[number] = path.stem
            sources[number] = reference_sources(path, exercises.lesson(number).EXERCISES)
    return Settings(
        seed=secrets.randbits(32) if seed is None else seed,
        lessons={number: f"nncourse.exercises.lesson_{number}" for number in numbers},
        solutions=sources,
        names=names,
        limits=limits or Limits(),
        trusted=trusted,
    )


def reference_sources(path, wanted):
    """{name of an answer: source of the cell that defines it} of a notebook in solutions/."""
    names, found = {exercise.name for exercise in wanted}, {}
    for cell in read_cells(path.read_bytes()):
        found |= dict.fromkeys(names_set(cell.source) & names, cell.source)
    return found
