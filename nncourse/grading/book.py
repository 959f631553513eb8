"""What a run of the grader found: points by learner and exercise, overrides, and what changed."""

import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

import nnlib
from nncourse.grading.marking import FAILED, GRADED, REJECTED

FORMAT = 1
COLUMNS = ("student", "exercise", "points", "reason")
EMPTY_OVERRIDES = ",".join(COLUMNS) + "\n"


class OverrideError(ValueError):
    """A line of overrides.csv that cannot be applied; the message names it."""


@dataclass(frozen=True)
class Override:
    """Points that a person gave by hand; they count, whatever the grader says."""

    student: str
    exercise: str
    points: float
    reason: str


class Book:
    """The outcomes of a run, and from them: points(), totals(), changes(), exercises().

    A learner who hands in a lesson twice gets the better one.
    """

    def __init__(self, outcomes, settings, overrides=()):
        self.outcomes, self.settings = list(outcomes), settings
        self.overrides = {(o.student, o.exercise): o for o in overrides}
        self.when = datetime.now().astimezone().isoformat(timespec="seconds")
        self.specs = {
            exercise.id: exercise
            for module in settings.lessons.values()
            for exercise in import_module(module).EXERCISES
        }
        self.check_overrides()
        self.counting = self.count()

    def check_overrides(self):
        students = {outcome["student"] for outcome in self.outcomes}
        for override in self.overrides.values():
            if override.exercise not in self.specs:
                raise OverrideError(f"There is no exercise {override.exercise!r}.")
            of = self.specs[override.exercise].points
            if not 0 <= override.points <= of:
                raise OverrideError(
                    f"{override.student}, {override.exercise}: expected 0 to {of} points, "
                    f"got {override.points:g}."
                )
        self.unused = sorted(
            f"{o.student}, {o.exercise}"
            for o in self.overrides.values()
            if o.student not in students
        )

    def students(self):
        return sorted({outcome["student"] for outcome in self.outcomes})

    def lessons(self, student):
        """{number: the outcome that counts}; None where there is nothing but an override."""
        return self.counting.get(student, {})

    def count(self):
        """{student: {lesson: outcome}}: the best that was graded."""
        found = {}
        for outcome in self.outcomes:
            mine = found.setdefault(outcome["student"], {})
            if outcome["status"] == GRADED:
                best = mine.get(outcome["lesson"])
                if best is None or raw_points(outcome) > raw_points(best):
                    mine[outcome["lesson"]] = outcome
        for student, exercise in self.overrides:
            if student in found:
                found[student].setdefault(exercise[:2], None)
        return {student: dict(sorted(mine.items())) for student, mine in found.items()}

    def marks(self, student, lesson):
        """The marks of one learner in one lesson, each with its "final" points and its override."""
        outcome = self.lessons(student)[lesson]
        if outcome is None:
            specs = [spec for id, spec in self.specs.items() if id[:2] == lesson]
            marks = [empty_mark(spec) for spec in specs]
        else:
            marks = outcome["marks"]
        return [self.with_override(student, mark) for mark in marks]

    def with_override(self, student, mark):
        override = self.overrides.get((student, mark["id"]))
        if override is None:
            return mark | {"final": mark["points"], "override": ""}
        return mark | {"final": override.points, "override": override.reason or "by hand"}

    def points(self):
        """{student: {exercise: points}} for all that was graded or given by hand."""
        return {
            student: {
                mark["id"]: mark["final"]
                for lesson in self.lessons(student)
                for mark in self.marks(student, lesson)
            }
            for student in self.students()
        }

    def total(self, student, lesson=None):
        """(points, of) in one lesson, or in all."""
        chosen = self.lessons(student) if lesson is None else [lesson]
        marks = [mark for number in chosen for mark in self.marks(student, number)]
        return sum(mark["final"] for mark in marks), sum(mark["of"] for mark in marks)

    def statuses(self):
        """{"graded": how many submissions, "rejected": ..., "failed": ...}"""
        counted = Counter(outcome["status"] for outcome in self.outcomes)
        return {status: counted[status] for status in (GRADED, REJECTED, FAILED)}

    def by_exercise(self):
        """[(exercise, right, all, [(misconception, how many)])] over the learners of a class."""
        rows = []
        found = {}
        for student in self.students():
            for lesson in self.lessons(student):
                for mark in self.marks(student, lesson):
                    found.setdefault(mark["id"], []).append(mark)
        for id, spec in sorted(self.specs.items()):
            marks = found.get(id, [])
            seen = Counter(mark["misconception"][0] for mark in marks if mark["misconception"])
            right = sum(mark["verdict"] == "right" for mark in marks)
            if marks:
                rows.append((spec, right, len(marks), seen.most_common(3)))
        return rows

    def changes(self, before):
        """What differs from the results of an earlier run: [{student, what, before, after}]."""
        rows = []
        old, new = before.get("points", {}), self.points()
        for student in sorted(old.keys() | new.keys()):
            mine, theirs = new.get(student, {}), old.get(student, {})
            for id in sorted(mine.keys() | theirs.keys()):
                if mine.get(id) != theirs.get(id):
                    rows.append(change(student, id, theirs.get(id), mine.get(id)))
        statuses = [
            {(o["student"], o["path"], o["lesson"] * (o["path"] == "-")): o["status"] for o in some}
            for some in (before.get("submissions", []), self.outcomes)
        ]
        for key in sorted(statuses[0].keys() | statuses[1].keys()):
            was, now = (status.get(key) for status in statuses)
            if was != now:
                rows.append(change(key[0], key[1], was, now))
        return rows

    def as_json(self):
        """Everything, as it is kept in results.json: a later run with its seed repeats it."""
        return {
            "format": FORMAT,
            "when": self.when,
            "seed": self.settings.seed,
            "nnlib": nnlib.__version__,
            "sandbox": not self.settings.trusted,
            "limits": asdict(self.settings.limits),
            "points": self.points(),
            "overrides": [asdict(override) for override in self.overrides.values()],
            "submissions": self.outcomes,
        }


def change(student, what, before, after):
    shown = ["-" if value is None else value for value in (before, after)]
    return {"student": student, "what": what, "before": shown[0], "after": shown[1]}


def raw_points(outcome):
    return sum(mark["points"] for mark in outcome["marks"])


def empty_mark(spec):
    """The mark of an exercise for which there is nothing but an override."""
    return {
        "id": spec.id,
        "title": spec.title,
        "name": spec.name,
        "points": 0,
        "of": spec.points,
        "checks": [0, 0],
        "verdict": "not graded",
        "cell": None,
        "called": "",
        "came": "",
        "expected": "",
        "sentence": "",
        "misconception": [],
        "hint": "",
        "replaced": [],
    }


def read_overrides(path):
    """The Overrides in a CSV file with the columns student, exercise, points, reason."""
    path = Path(path)
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        if tuple(reader.fieldnames or ())[:3] != COLUMNS[:3]:
            raise OverrideError(f"{path}: the first line is expected to be {','.join(COLUMNS)}.")
        found = []
        for row in reader:
            try:
                points = float(row["points"])
            except (TypeError, ValueError):
                raise OverrideError(
                    f"{path}, line {reader.line_num}: points is no number: {row['points']!r}."
                ) from None
            reason = (row.get("reason") or "").strip()
            found.append(Override(row["student"].strip(), row["exercise"].strip(), points, reason))
    return found


def read_results(path):
    """results.json of an earlier run, or {} when there is none."""
    try:
        results = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if results.get("format") != FORMAT:
        raise ValueError(f"{path} has another format. Choose another --out folder.")
    return results
