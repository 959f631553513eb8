"""Marks one submission: the worker runs it, and the results are judged here, where none of it ran.

A run that is stopped is repeated without the cell or the answer that stopped it, so that this costs
nothing else. An answer that is wrong because an earlier one is gets a second run, in which the
reference stands in the place of the earlier one.
"""

import importlib
import re
import time
from dataclasses import dataclass, field, replace
from itertools import islice

from nncourse.exercises import Failure, verdict
from nncourse.grading.protocol import ProtocolError, encode
from nncourse.grading.sandbox import EngineError, Limits, find_way, run, take_frames
from nncourse.grading.submissions import Rejected, read_cells, read_prose, which_lesson
from nncourse.judging.compare import show

GRADED, REJECTED, FAILED = "graded", "rejected", "failed"
PRELOADED = ("torch",)  # slow to import: done before a cell's seconds are counted


@dataclass(frozen=True)
class Settings:
    """What all submissions of a run have in common; goes to other processes and machines."""

    seed: int
    lessons: dict  # {"05": the module with its exercises}
    solutions: dict = field(default_factory=dict)  # {"05": {"my_bce": source of the reference}}
    names: dict = field(default_factory=dict)  # {"05": "05_loss_functions"}
    limits: Limits = field(default_factory=Limits)
    trusted: bool = False  # without a sandbox


def grade_submission(submission, settings):
    """The outcome as a plain dict: status "graded" with marks, "rejected" or "failed" and why."""
    outcome = new_outcome(submission)
    start = time.perf_counter()
    try:
        if submission.reason:
            raise Rejected(submission.reason)
        cells = read_cells(submission.data)
        number = outcome["lesson"] = which_lesson(
            cells, submission.path, settings.lessons, read_prose(submission.data), settings.names
        )
        outcome["marks"] = Marking(number, cells, settings).marks()
        outcome["status"] = GRADED
    except Rejected as rejected:
        outcome |= {"status": REJECTED, "reason": str(rejected)}
    except Exception as error:
        outcome |= {"status": FAILED, "reason": f"{type(error).__name__}: {error}"}
    return outcome | {"seconds": round(time.perf_counter() - start, 3)}


def new_outcome(submission, status=FAILED, reason="", lesson=""):
    return {
        "student": submission.student,
        "path": submission.path,
        "lesson": lesson,
        "status": status,
        "reason": reason,
        "marks": [],
        "seconds": 0.0,
    }


@dataclass
class Run:
    """What is known after the worker's runs: results by exercise id, errors by cell number."""

    results: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)  # exercise id: the cell that defined the answer


class Marking:
    """Marks the cells of one submission of one lesson."""

    def __init__(self, number, cells, settings):
        self.exercises = importlib.import_module(settings.lessons[number]).EXERCISES
        self.cells, self.settings = cells, settings
        self.solutions = settings.solutions.get(number, {})
        self.cases = {e.id: e.cases([settings.seed, *e.id.encode()]) for e in self.exercises}
        limits = settings.limits
        slowest = max(self.seconds(e) for e in self.exercises)
        self.limits = replace(limits, cell=max(limits.cell, slowest), call=slowest)
        self.way = find_way(settings.trusted)
        self.deadline = time.monotonic() + limits.total

    def marks(self):
        """A plain dict for each exercise, in order."""
        first = self.run(self.exercises)
        judged = {e.id: self.judge(e, first) for e in self.exercises}
        replaced = {}
        for exercises, names in self.again(judged):
            second = self.run(exercises, {name: self.solutions[name] for name in names})
            for exercise in exercises:
                found = self.judge(exercise, second)
                if found.right:
                    judged[exercise.id], replaced[exercise.id] = found, names
        return [
            self.mark(e, judged[e.id], first, sorted(replaced.get(e.id, ())))
            for e in self.exercises
        ]

    def judge(self, exercise, run):
        return verdict(exercise, self.cases[exercise.id], run.results[exercise.id])

    def again(self, judged):
        """[(exercises, names)]: those to be judged again with references in the place of names."""
        groups = {}
        for exercise in self.exercises:
            wrong = {
                earlier.name
                for earlier in self.exercises
                if earlier.id in self.all_before(exercise)
                and not judged[earlier.id].right
                and earlier.name in self.solutions
            }
            if wrong and not judged[exercise.id].right and not judged[exercise.id].not_started:
                groups.setdefault(frozenset(wrong), []).append(exercise)
        return [(exercises, names) for names, exercises in groups.items()]

    def all_before(self, exercise):
        """The ids of all exercises that this one builds on, directly or through others."""
        found = set(exercise.builds_on)
        for earlier in self.exercises:
            if earlier.id in exercise.builds_on:
                found |= self.all_before(earlier)
        return found

    # ------------------------------------------------------------------------- the worker's runs
    def run(self, exercises, replace=None):
        """Run cells and answers until there are results for every exercise, come what may."""
        known, cells, left = Run(), list(self.cells), list(exercises)
        while left:
            seconds = self.deadline - time.monotonic()
            if seconds <= 0:
                self.fail(known, left, "Timeout", "your notebook had used up all its time")
                break
            frames, stopped = run(self.job(cells, left, replace), self.way, self.limits, seconds)
            before = list(left)
            for frame in frames:
                self.read(frame, known, before, left)
            if stopped.why == "done" and not left:
                break
            if stopped.what == "cell" and any(c.number == stopped.number for c in cells):
                cells = [cell for cell in cells if cell.number != stopped.number]
                known.errors[stopped.number] = why_stopped(stopped.why, self.limits.cell)
            elif stopped.what == "answer" and 0 <= stopped.number < len(before):
                hit = before[stopped.number]
                if hit in left:
                    self.fail(known, [hit], *why_stopped(stopped.why, self.seconds(hit)))
                    left.remove(hit)
            else:
                self.fail(known, left, "Crash", "the notebook ended the grader's own process")
                break
        return known

    def job(self, cells, exercises, replace):
        text = "\n".join(cell.source for cell in cells)
        try:
            tasks = [
                {
                    "name": exercise.name,
                    "driver": exercise.driver,
                    "seconds": self.seconds(exercise),
                    "cases": [encode(case, functions=True) for case in self.cases[exercise.id]],
                }
                for exercise in exercises
            ]
        except ProtocolError as error:
            raise EngineError(f"the arguments of an exercise cannot be sent: {error}") from error
        return {
            "cells": [(cell.number, cell.source) for cell in cells],
            "exercises": tasks,
            "replace": replace or {},
            "imports": [name for name in PRELOADED if f"import {name}" in text],
        }

    def seconds(self, exercise):
        return max(self.settings.limits.call, 1.5 * exercise.seconds)

    def read(self, frame, known, exercises, left):
        """Take in a frame of the worker; one that is not as it should be is passed over."""
        match frame:
            case ("cell", int(number), None | (str(), str()) as error):
                if error is not None:
                    known.errors[number] = clean(error[0], 80), self.placed(clean(error[1]))
            case ("answer", int(number), int(cell), str(how), bytes(data)):
                exercise = exercises[number] if 0 <= number < len(exercises) else None
                if exercise in left:
                    left.remove(exercise)
                    known.cells[exercise.id] = cell
                    known.results[exercise.id] = self.results(exercise, how, data, known)

    def results(self, exercise, how, data, known):
        """A plain value or a Failure for each case."""
        if how == "absent":
            missing = self.missing(exercise, known)
        elif how == "ended":
            missing = Failure("Crash", "the answer came back in pieces")
        else:
            missing = Failure(*why_stopped(how, self.seconds(exercise)))
        results = [missing] * len(self.cases[exercise.id])
        try:
            for frame in islice(take_frames(bytearray(data), first=int), len(results)):
                if 0 <= frame[0] < len(results):
                    match frame:
                        case (number, value):
                            results[number] = value
                        case (number, str(kind), str(text)):
                            results[number] = Failure(clean(kind, 80), self.placed(clean(text)))
        except ProtocolError:
            return results
        return results

    def missing(self, exercise, known):
        """Why there is no value of this name: the cell that defines it failed, or there is none."""
        pattern = rf"^\s*(?:(?:async\s+)?def|class)?\s*{exercise.name}\b\s*[(:=]"
        for cell in reversed(self.cells):
            if cell.number in known.errors and re.search(pattern, cell.source, re.MULTILINE):
                return Failure(*known.errors[cell.number])
        return Failure("Missing", f"the notebook has no {exercise.name}")

    def placed(self, text):
        """A message with the line itself in place of "(cell 7, line 2)": cells show no number."""
        match = re.fullmatch(r"(.*) \(cell (\d+), line (\d+)\)", text)
        for cell in self.cells:
            if match and cell.number == int(match[2]):
                lines = cell.source.splitlines()[int(match[3]) - 1 : int(match[3])]
                code = clean(" ".join(lines), 80).replace("`", "'")
                return f"{match[1]} (in the line `{code}`)" if code else match[1]
        return text

    def fail(self, known, exercises, kind, text):
        for exercise in exercises:
            known.results[exercise.id] = [Failure(kind, text)] * len(self.cases[exercise.id])

    # ----------------------------------------------------------------------------- what is said
    def mark(self, exercise, found, run, replaced):
        """What is stored and reported about one exercise."""
        mark = {
            "id": exercise.id,
            "title": exercise.title,
            "name": exercise.name,
            "points": found.points,
            "of": exercise.points,
            "checks": [found.passed, found.total],
            "verdict": "right" if found.right else "wrong",
            "cell": run.cells.get(exercise.id),
            "called": "",
            "came": "",
            "expected": "",
            "sentence": found.sentence,
            "misconception": [],
            "hint": "" if found.right else exercise.hints[0],
            "replaced": replaced,
        }
        if found.right:
            return mark
        never_called = isinstance(found.result, Failure) and mark["cell"] == 0
        if found.not_started:
            return mark | {"verdict": "not started"}
        if found.misconception:
            mark["misconception"] = [found.misconception.name, found.misconception.explanation]
        if never_called:
            mark["sentence"] = f"Its cell failed, so there is no `{exercise.name}`: {found.result}."
        elif not exercise.is_value:
            mark["called"] = call_text(exercise, self.cases[exercise.id][found.case])
        if isinstance(found.result, Failure):
            mark["verdict"] = FAILURES.get(found.result.kind, "error")
        else:
            mark["came"] = show(found.result)
        if exercise.judge is None and not isinstance(found.expected, Failure):
            mark["expected"] = show(found.expected)
        return mark


FAILURES = {"Timeout": "too slow", "Crash": "crashed", "Memory": "crashed", "NotPlain": "wrong"}
SIGNALS = {"11": "a segmentation fault", "9": "killed from outside", "6": "aborted"}


def why_stopped(why, seconds):
    """(kind, text) of a Failure, from the few words that say why a run or a call was stopped."""
    if why == "time":
        return "Timeout", f"it was stopped after {seconds:g} s: is there a loop that never ends?"
    if why == "memory":
        return "Memory", "it took more memory than there is for a submission"
    if why == "size":
        return "Crash", "it gave back more than the 32 MB that are taken"
    if why.startswith("exit"):
        return "Crash", "it ended Python itself, as exit() does: return a result instead"
    if why.startswith("signal"):
        number = why.split()[-1]
        return "Crash", f"it ended Python itself ({SIGNALS.get(number, 'signal ' + number[:3])})"
    if why in ("garbage", "done"):
        return "Crash", "it wrote into the grader's own channel"
    if why == "ended":
        return "Crash", "it ended Python itself"
    return "Timeout", "your notebook had used up all its time"


def call_text(exercise, arguments):
    shown = [show(argument, digits=6, limit=88) for argument in arguments]
    if exercise.driver is not None:
        return f"{exercise.driver.__name__}({', '.join([exercise.name, *shown])})"
    return f"{exercise.name}({', '.join(shown)})"


def clean(text, limit=300):
    """Text of the learner's code in one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:limit].strip()
