"""grade(folder): every submission in a folder, in this process, in several, or on a cluster."""

import contextlib
import hashlib
import multiprocessing
import os
import re
import secrets
import signal
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from queue import SimpleQueue

from tqdm import tqdm

import nnlib
from nncourse import exercises
from nncourse.grading.answers import with_answers
from nncourse.grading.book import Book, Notes, understood
from nncourse.grading.layouts import find
from nncourse.grading.marking import (
    FAILED,
    GRADED,
    REJECTED,
    Settings,
    grade_submission,
    new_outcome,
)
from nncourse.grading.roster import EMPTY
from nncourse.grading.rubric import Rubric
from nncourse.grading.sandbox import Limits, find_way
from nncourse.grading.submissions import Submission, names_set, read, read_cells

SOLUTIONS = Path(nnlib.__file__).resolve().parents[1] / "solutions"
IMPORTS = re.compile(r"^(?:import|from) ", re.MULTILINE)
WAITING = 64  # submissions that are handed out at a time, and
WEIGHT = 60_000_000  # bytes of their files: they are in memory


def grade(
    folder,
    executor=None,
    settings=None,
    expect=(),
    overrides=(),
    progress=False,
    found=None,
    journal=None,
    roster=EMPTY,
    deadlines=None,
    rubric=None,
    per_learner=False,
):
    """Grade all submissions in a folder; returns a Book, which report.write() makes files of.

    executor is any concurrent.futures.Executor, or None to grade in this process. `expect` names
    lessons, like ("05",), that everybody should have handed in; `found` is what find() returned,
    when it was asked before. With a journal, what an earlier run graded is not graded again.
    per_learner: each learner's random cases are their own. Raises NoSandbox when the learners' code
    cannot be shut in, NotADirectoryError, WhoIsWho and OverrideError, all before the first
    submission.
    """
    settings = settings or course_settings()
    found = found or find(folder, settings, roster)
    submissions = found.submissions
    students = {name for one in submissions for name in (one.student, *one.others)}
    understood(overrides, settings, rubric or Rubric(), students | roster.learners.keys())
    if executor is None:
        find_way(settings.trusted)  # other machines look for themselves
    work = Work(submissions, folder, settings, journal, per_learner)
    outcomes = work.serial() if executor is None else work.on_executor(executor)
    bar = tqdm(outcomes, total=len(submissions), unit=" submissions", disable=not progress)
    graded = [one for outcome, given in bar for one in for_each(outcome, given)]
    graded.sort(key=lambda outcome: (outcome["student"], outcome["path"]))
    notes = Notes(tuple(found.remarks), tuple(found.aside), per_learner)
    graded += not_handed_in(graded, expect, roster)
    return Book(graded, settings, overrides, roster, deadlines, rubric, notes)


def grade_one(submission, settings, per_learner=False):
    """grade_submission(), and what the reports show of the answers; runs in any process."""
    if per_learner:
        settings = replace(settings, seed=seed_of(settings.seed, submission.student))
    outcome = grade_submission(submission, settings)
    return with_answers(outcome, submission.data, settings)


def seed_of(seed, student):
    """A learner's own seed, the same in every run with this seed."""
    return int(hashlib.sha256(f"{seed} {student}".encode()).hexdigest()[:8], 16)


def for_each(outcome, submission):
    """The outcome for everybody who handed it in, with what the collecting system said of it."""
    about = {"when": submission.when, "late": submission.late}
    people = (submission.student, *submission.others)
    if len(people) > 1:
        about["together"] = sorted(people)
    return [outcome | about | {"student": student} for student in people]


class Work:
    """The submissions of a run, graded one after another or on an executor."""

    def __init__(self, submissions, folder, settings, journal, per_learner):
        self.submissions, self.folder, self.settings = submissions, folder, settings
        self.journal, self.per_learner = journal, per_learner

    def serial(self):
        for submission in self.submissions:
            given, key = self.read(submission)
            outcome = self.kept(key)
            if outcome is None:
                outcome = grade_one(given, self.settings, self.per_learner)
                self.keep(key, outcome)
            yield outcome, submission

    def read(self, submission):
        """The submission with its data, and the key under which its outcome is kept."""
        given = read(submission, self.folder)
        digest = hashlib.sha256(given.data or given.reason.encode()).hexdigest()
        return given, [given.student, given.path, digest]

    def kept(self, key):
        return self.journal.outcome(key) if self.journal else None

    def keep(self, key, outcome):
        if self.journal and outcome["status"] != FAILED:
            self.journal.add(key, outcome)

    def on_executor(self, executor):
        """Yield the outcomes as they come. A process that dies costs no submission its marks."""
        running, again, left = {}, [], list(reversed(self.submissions))
        # wait() holds the locks of all futures: stopped in there, nobody could cancel them
        done = SimpleQueue()
        try:
            while left or running:
                weight = sum(size for _, _, size in running.values())
                while left and len(running) < WAITING and (not running or weight < WEIGHT):
                    submission = left.pop()
                    given, key = self.read(submission)
                    outcome = self.kept(key)
                    if outcome is not None:
                        yield outcome, submission
                        continue
                    try:
                        future = executor.submit(grade_one, given, self.settings, self.per_learner)
                    except BrokenExecutor:
                        again.append(submission)
                        continue
                    running[future] = submission, key, len(given.data)
                    future.add_done_callback(done.put)
                    weight += len(given.data)
                if running:
                    future = done.get()
                    submission, key, _ = running.pop(future)
                    outcome = self.result(future, submission)
                    if outcome is None:
                        again.append(submission)  # perhaps a neighbour's fault
                        continue
                    self.keep(key, outcome)
                    yield outcome, submission
        finally:
            if not isinstance(executor, Processes):  # which cancels its own, in its own thread
                for future in running:
                    future.cancel()
        yield from self.one_by_one(again)

    def result(self, future, submission):
        """The outcome; None when the process died, and a bug is the engine's failure."""
        try:
            return future.result()
        except BrokenExecutor:
            return None
        except Exception as error:
            return new_outcome(submission, FAILED, f"{type(error).__name__}: {error}")

    def one_by_one(self, submissions):
        """Those whose process died, each in a process that nobody else's dies with."""
        alone = None
        try:
            for submission in submissions:
                given, key = self.read(submission)
                alone = alone or processes(1)
                future = alone.submit(grade_one, given, self.settings, self.per_learner)
                outcome = self.result(future, submission)
                if outcome is None:
                    alone.shutdown(wait=False)
                    alone = None
                    why = "The process that graded it died, twice."
                    outcome = new_outcome(submission, FAILED, why)
                self.keep(key, outcome)
                yield outcome, submission
        finally:
            if alone:
                alone.stop()


class Processes(ProcessPoolExecutor):
    """Processes of this machine. They start afresh, so none inherits a lock, and end with us."""

    def __init__(self, number):
        context = multiprocessing.get_context("spawn")
        super().__init__(number, context, initializer=follow)

    def stop(self):
        """End now, whatever is being graded."""
        alive = list((self._processes or {}).values())
        self.shutdown(wait=False, cancel_futures=True)
        for process in alive:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                process.kill()

    def __exit__(self, kind, *rest):
        if kind is None:
            return super().__exit__(kind, *rest)
        self.stop()
        return False


def processes(number=2):
    """An executor for this machine."""
    return Processes(number)


def follow():
    """Let a worker end when the grader does, however that ends, and leave Ctrl-C to the grader."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end():
        wait_for([parent.sentinel])
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    threading.Thread(target=end, daemon=True).start()


def not_handed_in(outcomes, expect, roster=EMPTY):
    """An outcome for each lesson that someone should have handed in and did not.

    With a roster, everybody on it should have handed in what anybody did.
    """
    students = sorted({outcome["student"] for outcome in outcomes} | roster.learners.keys())
    there = {(outcome["student"], outcome["lesson"]) for outcome in outcomes}
    graded = {outcome["lesson"] for outcome in outcomes if outcome["status"] == GRADED}
    lessons = sorted({*expect, *(graded if roster else ())})
    return [
        new_outcome(
            Submission(student, "-"),
            REJECTED,
            f"Nothing was handed in that could be graded as lesson {lesson}.",
            lesson,
        )
        for student in students
        for lesson in lessons
        if (student, lesson) not in there
    ]


def course_settings(seed=None, limits=None, trusted=False, solutions=SOLUTIONS):
    """Settings for the lessons of this course; without a seed, the random cases are new ones."""
    numbers = exercises.lessons()
    names, sources, setups = {}, {}, {}
    for number in numbers:
        for path in sorted(Path(solutions).glob(f"{number}_*.ipynb")):
            names[number] = path.stem
            cells = read_cells(path.read_bytes())
            sources[number] = reference_sources(cells, exercises.lesson(number).EXERCISES)
            setups[number] = next((c.source for c in cells if IMPORTS.search(c.source)), "")
    return Settings(
        seed=secrets.randbits(32) if seed is None else seed,
        lessons={number: f"nncourse.exercises.lesson_{number}" for number in numbers},
        solutions=sources,
        names=names,
        setups=setups,
        limits=limits or Limits(),
        trusted=trusted,
    )


def reference_sources(cells, wanted):
    """{name of an answer: source of the cell that defines it} of a notebook in solutions/."""
    names, found = {exercise.name for exercise in wanted}, {}
    for cell in cells:
        found |= dict.fromkeys(names_set(cell.source) & names, cell.source)
    return found
