"""Marks one submission: the worker runs it, and judge.py judges results, where none of it ran.

What is right in Jupyter is right here. An answer is judged in the final state of the notebook; one
that is wrong there, also as its own check() saw it, right after its cell, and the better counts. A
run that is stopped is repeated without the cell or the answer that stopped it, so that this costs
nothing else. An answer that is wrong because an earlier one is gets another run, in which the
reference stands in the place of the earlier one; and where the set-up cell never ran, the course's
own is put in front.
"""

import atexit
import contextlib
import difflib
import functools
import importlib
import importlib.util
import os
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace

from nncourse import preflight
from nncourse.grading.judge import BREACH, Judge, clean, placed
from nncourse.grading.protocol import ProtocolError, encode
from nncourse.grading.sandbox import EngineError, Limits, find_way, run
from nncourse.grading.submissions import (
    Rejected,
    names_set,
    parse,
    read_cells,
    read_prose,
    which_lesson,
)

GRADED, REJECTED, FAILED = "graded", "rejected", "failed"
PRELOADED = ("torch",)  # slow to import: done before a cell's seconds are counted


@dataclass(frozen=True)
class Settings:
    """What all submissions of a run have in common; goes to other processes and machines."""

    seed: int
    lessons: dict  # {"05": the module with its exercises}
    solutions: dict = field(default_factory=dict)  # {"05": {"my_bce": source of the reference}}
    names: dict = field(default_factory=dict)  # {"05": "05_loss_functions"}
    setups: dict = field(default_factory=dict)  # {"05": source of the cell with the imports}
    limits: Limits = field(default_factory=Limits)
    trusted: bool = False  # without a sandbox


def grade_submission(submission, settings):
    """The outcome as a plain dict: status "graded" with marks, "rejected" or "failed" and why."""
    outcome = new_outcome(submission)
    start = time.perf_counter()
    try:
        if submission.reason:
            raise Rejected(submission.reason)
        cells, prose = read_cells(submission.data), read_prose(submission.data)
        number = outcome["lesson"] = which_lesson(
            cells, submission.path, settings.lessons, prose, settings.names
        )
        language = kernel_language(submission.data)
        marking = Marking(number, cells, settings, prose, language)
        outcome["marks"] = marking.marks()
        outcome["remarks"] = marking.remarks
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
        "remarks": [],
        "seconds": 0.0,
    }


STOCK = "import numpy as np\nfrom nnlib import nn"  # where the course says nothing else
MAX_STOPS = 20  # cells and answers of one submission that are stopped from outside
NEVER_RAN = ("SyntaxError", "IndentationError", "TabError", "Timeout", "Crash", "Memory")
REMARKS = {
    "own": "It is right straight after its own cell; below, the notebook changes what it uses.",
    "check": "It is right as its check() saw it; below, the notebook changes it or what it uses.",
    "final": "What the name stands for at the end of the notebook was taken.",
    "again": "The name is used again below for something else; the answer above it was taken.",
    "setup": "It is right with the course's own set-up cell; the notebook's did not run.",
}


@dataclass(frozen=True)
class Task:
    """One exercise to be answered, in the final state (cell 0) or in the one right after a cell."""

    id: str
    state: str = ""
    cell: int = 0


@dataclass
class Run:
    """What is known after the worker's runs, by task, and the errors by cell number."""

    results: dict = field(default_factory=dict)  # task: (how, bytes, cell, {other state: cell})
    stopped: dict = field(default_factory=dict)  # task: (kind, text)
    errors: dict = field(default_factory=dict)  # number: (kind, text, cell, line)
    starved: set = field(default_factory=set)  # tasks that waited too long for a processor

    def cell(self, task):
        return self.results[task][2] if task in self.results else 0

    def others(self, task):
        return self.results[task][3] if task in self.results else {}


class Marking:
    """Marks the cells of one submission of one lesson; .remarks are for its author."""

    def __init__(self, number, cells, settings, prose=(), language="python"):
        self.module = settings.lessons[number]
        self.exercises = importlib.import_module(self.module).EXERCISES
        self.by_id = {exercise.id: exercise for exercise in self.exercises}
        self.sources = {cell.number: cell.source for cell in cells}
        self.cells, self.settings, self.prose, self.language = cells, settings, prose, language
        self.solutions = settings.solutions.get(number, {})
        self.setup = settings.setups.get(number) or STOCK
        limits = settings.limits
        slowest = max(self.seconds(e) for e in self.exercises)
        self.limits = replace(limits, cell=max(limits.cell, slowest), call=slowest)
        self.way = find_way(settings.trusted)
        self.preloaded = [name for name in PRELOADED if self.has(name)]
        for name in PRELOADED:
            if name not in self.preloaded and f"import {name}" in self.setup:
                raise EngineError(
                    f"lesson {number} needs {name}, which is not installed where it is graded. In "
                    f"the course's folder, run: {preflight.install_torch()}"
                )
        self.deadline = time.monotonic() + limits.total
        self.stops = 0
        self.found, self.extra, self.remarks = {}, {}, []

    def has(self, module):
        """Is it there where the answers run? A container's image has it."""
        return self.way == "container" or importlib.util.find_spec(module) is not None

    def marks(self):
        """A plain dict for each exercise, in order."""
        with in_the_room():
            first = self.run([Task(e.id) for e in self.exercises])
            found = self.judge([Task(e.id) for e in self.exercises], first)
            self.found = dict(zip(self.by_id, found, strict=True))
            self.in_other_states(first)
            self.with_setup(first)
            self.with_references()
        self.alone(first)
        self.tell_first_error(first)
        return [self.mark(exercise, first) for exercise in self.exercises]

    def wrong(self):
        return [e for e in self.exercises if not self.found[e.id]["right"]]

    def take_better(self, tasks, run, **extra):
        """Those that are right in this run count as it found them."""
        for task, found in zip(tasks, self.judge(tasks, run), strict=True):
            if found["right"] and not self.found[task.id]["right"]:
                self.found[task.id] = found
                self.extra[task.id] = extra or {"remark": REMARKS[task.state]}

    def in_other_states(self, first):
        """Judge what is wrong at the end of the notebook as it was before, where that differs."""
        tasks = [
            Task(exercise.id, state, cell)
            for exercise in self.wrong()
            for state, cell in first.others(Task(exercise.id)).items()
        ]
        if tasks:
            run = self.run(tasks)
            self.take_better(tasks, run)

    def with_setup(self, first):
        """Where the cell with the imports never ran, put the course's own in front."""
        wrong = [e for e in self.wrong() if self.found[e.id]["failure"] == "NameError"]
        never_ran = (
            cell
            for cell in self.cells
            if first.errors.get(cell.number, ("",))[0] in NEVER_RAN and "import" in cell.source
        )
        if not wrong or next(never_ran, None) is None:
            return
        setup = replace(self.cells[0], number=1 + self.cells[-1].number, source=self.setup)
        tasks = [Task(exercise.id) for exercise in wrong]
        run = self.run(tasks, cells=[setup, *self.cells])
        self.take_better(tasks, run, remark=REMARKS["setup"])

    def with_references(self):
        """Judge answers again whose earlier ones are wrong, with references in their place."""
        for exercises, names in self.groups():
            tasks = [Task(exercise.id) for exercise in exercises]
            run = self.run(tasks, {name: self.solutions[name] for name in names})
            self.take_better(tasks, run, replaced=sorted(names))

    def groups(self):
        """[(exercises, names)]: those to be judged again with references in the place of names."""
        groups = {}
        for exercise in self.wrong():
            before = self.all_before(exercise)
            names = {
                earlier.name
                for earlier in self.wrong()
                if earlier.id in before and earlier.name in self.solutions
            }
            if names and not self.found[exercise.id]["not_started"]:
                groups.setdefault(frozenset(names), []).append(exercise)
        return [(exercises, names) for names, exercises in groups.items()]

    def all_before(self, exercise):
        """The ids of all exercises that this one builds on, directly or through others."""
        found = set(exercise.builds_on)
        for earlier in self.exercises:
            if earlier.id in exercise.builds_on:
                found |= self.all_before(earlier)
        return found

    def alone(self, first):
        """What met its limit on the clock while others had the processor gets it for itself."""
        starved = {task.id for task in first.starved if task}
        if None in first.starved:  # a cell, on which every answer may depend
            starved = {exercise.id for exercise in self.exercises}
        tasks = [Task(exercise.id) for exercise in self.wrong() if exercise.id in starved]
        if not tasks:
            return
        with in_the_room(alone=True):
            self.deadline = time.monotonic() + self.settings.limits.total
            run = self.run(tasks)
            self.take_better(tasks, run, remark="")
            self.with_references()

    # ------------------------------------------------------------------------- the worker's runs
    def run(self, tasks, replace=None, cells=None):
        """Run cells and answers until there are results for every task, come what may."""
        known, left = Run(), list(tasks)
        cells = list(self.cells if cells is None else cells)
        while left:
            seconds = self.deadline - time.monotonic()
            if seconds <= 0 or self.stops > MAX_STOPS:
                for task in left:
                    known.stopped[task] = why_stopped("total", 0)
                break
            before = list(left)
            job = self.job(cells, before, replace)
            frames, stopped = run(job, self.way, self.limits, seconds)
            for frame in frames:
                self.read(frame, known, before, left)
            for what, number in stopped.starved:
                if what == "answer" and 0 <= number < len(before):
                    known.starved.add(before[number])
                elif what == "cell":
                    known.starved.add(None)
            if stopped.why == "done" and not left:
                break
            self.stops += 1
            if stopped.what == "cell" and any(c.number == stopped.number for c in cells):
                cells = [cell for cell in cells if cell.number != stopped.number]
                known.errors[stopped.number] = (*why_stopped(stopped.why, self.limits.cell), 0, 0)
            elif stopped.what == "answer" and 0 <= stopped.number < len(before):
                hit = before[stopped.number]
                if hit in left:
                    known.stopped[hit] = why_stopped(stopped.why, self.seconds(self.by_id[hit.id]))
                    left.remove(hit)
            else:
                for task in left:
                    known.stopped[task] = "Crash", "the notebook ended the grader's own process"
                break
        return known

    def job(self, cells, tasks, replace):
        text = "\n".join(cell.source for cell in cells)
        seed = self.settings.seed
        return {
            "cells": [(cell.number, cell.source) for cell in cells],
            "exercises": [
                {
                    "id": task.id,
                    "name": self.by_id[task.id].name,
                    "driver": self.by_id[task.id].driver,
                    "seconds": self.seconds(self.by_id[task.id]),
                    "cases": cases_of(self.module, seed, task.id),
                    "state": task.state,
                    "at": task.cell,
                }
                for task in tasks
            ],
            "replace": replace or {},
            "imports": [name for name in self.preloaded if f"import {name}" in text],
        }

    def seconds(self, exercise):
        return max(self.settings.limits.call, 1.5 * exercise.seconds)

    def read(self, frame, known, tasks, left):
        """Take in a frame of the worker; one that is not as it should be is passed over."""
        match frame:
            case ("cell", int(number), (str(kind), str(text), int(cell), int(line))):
                if kind == "Timeout":
                    kind, text = why_stopped("time", self.limits.cell)
                known.errors[number] = clean(kind, 80), clean(text), cell, line
            case ("answer", int(number), int(cell), str(how), bytes(data), str(others)):
                task = tasks[number] if 0 <= number < len(tasks) else None
                if task in left:
                    left.remove(task)
                    words = others.split()
                    states = dict(zip(words[::2], words[1::2], strict=False))
                    states = {s: int(n) for s, n in states.items() if s in REMARKS and n.isdigit()}
                    known.results[task] = how, data, cell, states

    # ---------------------------------------------------------------------- what came of an answer
    def judge(self, tasks, run):
        """The dicts that judge.py makes of the results of these tasks."""
        found = our_judge().ask_all(
            {
                "module": self.module,
                "seed": self.settings.seed,
                "cells": self.sources,
                "asked": [self.asked(task, run) for task in tasks],
            }
        )
        return [too_much(one["breach"]) if "breach" in one else one for one in found]

    def asked(self, task, run):
        """What judge.py has to know of one task."""
        how, data, *_ = run.results.get(task, ("", b""))
        if task in run.stopped:
            missing = run.stopped[task]
        elif how == "absent":
            missing = self.missing(self.by_id[task.id], run)
        elif how == "ended":
            missing = "Crash", "the answer came back in pieces"
        else:
            missing = why_stopped(how, self.seconds(self.by_id[task.id]))
        return {"id": task.id, "missing": missing, "data": data}

    def missing(self, exercise, run):
        """Why there is no value of this name: the cell that defines it failed, or there is none."""
        for cell in reversed(self.cells):
            if cell.number in run.errors and defines(cell.source, exercise.name):
                kind, text, *place = run.errors[cell.number]
                return kind, placed(text, *place, self.sources)
        return "Missing", f"the notebook has no {exercise.name}"

    @functools.cached_property
    def written(self):
        """The names that the notebook defines, without those of answers; not too many."""
        found = {name for cell in self.cells for name in names_set(cell.source)}
        return sorted(found - {exercise.name for exercise in self.exercises})[:2_000]

    def elsewhere(self, exercise):
        """A sentence about an answer that is there, and not where Python would find it; or ""."""
        name = exercise.name
        if self.language != "python":
            return (
                f"This notebook is written for {clean(self.language, 30)}; the answers are wanted "
                "in Python, in the notebook from exercises/."
            )
        if any(defines(text, name) for text in self.prose):
            return (
                f"`{name}` stands in a Markdown or raw cell, which is not run: click on the cell, "
                "press Esc and then Y (Code), and run it."
            )
        for cell in self.cells:
            first = cell.source.lstrip().split("\n", 1)[0].strip()
            magic = first[2:].split(" ")[0]
            if first.startswith("%%") and magic not in PYTHON_MAGICS and defines(cell.source, name):
                return f"`{name}` stands in a cell that `{clean(first, 30)}` makes no Python."
        near = [other for other in self.written if bare(other) == bare(name)]
        near += difflib.get_close_matches(name, self.written, n=1, cutoff=0.8)
        if near:
            return (
                f"There is `{clean(near[0], 60)}`, and the answer is expected under the name "
                f"`{name}`: rename it."
            )
        return ""

    def tell_first_error(self, first):
        """ "Cell 2 failed first: No module named 'google'": in .remarks, if points were lost."""
        missing = [f"name '{exercise.name}' is not defined" for exercise in self.exercises]
        errors = [
            number
            for number, (kind, text, *_) in first.errors.items()
            if kind != "NotImplementedError" and text not in missing
        ]
        if not errors or not self.wrong():
            return
        kind, text, *place = first.errors[min(errors)]
        text = placed(text, *place, self.sources)
        if kind not in ("ModuleNotFoundError", "ImportError"):
            text = f"{kind}: {text}" if text else kind
        text = f"Cell {min(errors)} failed first: {text}".rstrip(".") + "."
        if kind == "ModuleNotFoundError":
            text += (
                " The grader has the packages of the course and this notebook, and no other files."
            )
        self.remarks.append(text)

    # ----------------------------------------------------------------------------- what is said
    def mark(self, exercise, run):
        """What is stored and reported about one exercise."""
        found, extra = self.found[exercise.id], self.extra.get(exercise.id, {})
        task = Task(exercise.id)
        remarks = [found["remark"], extra.get("remark", "")]
        if found["right"] and not extra and "final" in run.others(task):
            remarks.append(REMARKS["again"])
        mark = {
            "id": exercise.id,
            "title": exercise.title,
            "name": exercise.name,
            "points": found["points"],
            "of": exercise.points,
            "checks": found["checks"],
            "verdict": "right" if found["right"] else "wrong",
            "cell": run.cell(task),
            "called": found["called"],
            "came": found["came"],
            "expected": found["expected"],
            "sentence": found["sentence"],
            "misconception": found["misconception"],
            "hint": "" if found["right"] else exercise.hints[0],
            "replaced": extra.get("replaced", []),
            "remark": " ".join(filter(None, remarks)),
        }
        if found["right"]:
            return mark
        if found["not_started"] or self.language != "python":
            elsewhere = self.elsewhere(exercise)
            if elsewhere:
                return mark | {"verdict": "error", "sentence": elsewhere}
            return mark | {"verdict": "not started"}
        if found["failure"]:
            mark["verdict"] = FAILURES.get(found["failure"], "error")
            if not mark["cell"]:
                reason = found["text"].rstrip(".")
                mark["sentence"] = f"Its cell failed, so there is no `{exercise.name}`: {reason}."
                mark["called"] = ""
            if "U+FEFF" in found["text"]:
                mark["sentence"] += " An invisible character came along when it was pasted: " + (
                    "delete it, in front of the first letter, or type the line again."
                )
            elif mark["verdict"] == "error" and self.in_another_language(exercise):
                mark["sentence"] += " It looks like another language: answers are in Python."
            if found["failure"] in ("NameError", "ModuleNotFoundError") and self.remarks:
                mark["sentence"] += " " + self.remarks[0]
        return mark

    def in_another_language(self, exercise):
        name = exercise.name
        signs = (f"{name} <-", f"{name}<-", f"function {name}", f"const {name}", f"let {name}")
        return any(sign in cell.source for cell in self.cells for sign in signs)


PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "writefile", "python", "python3", "script")
FAILURES = {"Timeout": "too slow", "Crash": "crashed", "Memory": "crashed", "NotPlain": "wrong"}
SIGNALS = {"11": "a segmentation fault", "9": "killed from outside", "6": "aborted"}


def too_much(what):
    """In place of what judge.py says about one answer, where it had to give up."""
    nothing = {"right": False, "points": 0, "checks": [0, 1], "misconception": []}
    nothing |= {"not_started": False, "failure": "", "remark": "", "called": "", "came": ""}
    return nothing | {"sentence": BREACH.format(what=what), "expected": ""}


def defines(source, name):
    """Does a line of this text look like the definition of a name? In one walk through it."""
    for line in source.split("\n"):
        if line.lstrip().startswith("from ") and line.rstrip().endswith(f" import {name}"):
            return True
        words = line.lstrip(" \t\ufeff\u200b").removeprefix("async ").lstrip()
        for start in ("def ", "class ", "function ", "const ", "let ", "var "):
            words = words.removeprefix(start).lstrip()
        if words.startswith(name) and words[len(name) :].lstrip()[:1] in ("(", ":", "=", "<"):
            return True
    return False


def bare(name):
    """myBCE and my_bce are the same name, written in two ways."""
    return name.replace("_", "").lower()


def why_stopped(why, seconds):
    """(kind, text) of a Failure, from the few words that say why a run or a call was stopped."""
    if why in ("time", "wall"):
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


@functools.lru_cache(200)
def cases_of(module, seed, id):
    """The encoded arguments of all calls: the same for every submission."""
    exercises = importlib.import_module(module).EXERCISES
    (exercise,) = [exercise for exercise in exercises if exercise.id == id]
    try:
        return [encode(case, functions=True) for case in exercise.cases([seed, *id.encode()])]
    except ProtocolError as error:
        raise EngineError(f"the arguments of an exercise cannot be sent: {error}") from error


mine = threading.local()


def our_judge():
    """The judging process of this thread of the grader; it ends with it."""
    if not hasattr(mine, "judge"):
        mine.judge = Judge()
        atexit.register(mine.judge.stop)
    return mine.judge


@contextlib.contextmanager
def in_the_room(alone=False):
    """Beside others of this machine's graders, or alone=True: while none of them runs anything.

    Who wants to be alone keeps the door shut until all who are in the room have left.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            door, room = (stack.enter_context(lock_file(name)) for name in ("door", "room"))
        except OSError:  # no place for temporary files
            yield
            return
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(door, fcntl.LOCK_UN)
        yield


def lock_file(name):
    path = os.path.join(tempfile.gettempdir(), f"nncourse-{os.getuid()}-{name}")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "rb+", buffering=0)


def kernel_language(data):
    """ "python", or another language that the notebook says it is written in."""
    try:
        metadata = parse(data).get("metadata") or {}
        for key, name in (("language_info", "name"), ("kernelspec", "language")):
            found = (metadata.get(key) or {}).get(name)
            if isinstance(found, str) and found:
                return found.lower().removeprefix("i") if "python" in found.lower() else found
    except (AttributeError, TypeError, Rejected):
        return "python"
    return "python"
