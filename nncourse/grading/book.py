"""What a run of the grader found: points by learner and exercise, marks by hand, what changed."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

import nnlib
from nncourse.grading import tables
from nncourse.grading.deadlines import Deadlines, Lateness
from nncourse.grading.marking import FAILED, GRADED, REJECTED
from nncourse.grading.names import key, near, pseudonyms
from nncourse.grading.roster import EMPTY
from nncourse.grading.rubric import Rubric, empty_mark

FORMAT = 1
COLUMNS = ("student", "exercise", "points", "reason")
EMPTY_OVERRIDES = ",".join(COLUMNS) + "\n"
ON_TIME = Lateness()


class OverrideError(ValueError):
    """A line of overrides.csv that cannot be applied; the message names it."""


class Damaged(ValueError):
    """results.json of an earlier run cannot be read; the message says why."""


@dataclass(frozen=True)
class Override:
    """Points that a person gave by hand; they count, whatever the grader says."""

    student: str
    exercise: str  # "05.2", or "05.words/clear" for a criterion of a rubric
    points: float
    reason: str
    line: int = 0


class Book:
    """The outcomes of a run, and from them: points(), total(), changes(), by_exercise().

    A learner who hands in a lesson twice gets the better one, after what lateness takes.
    """

    def __init__(
        self,
        outcomes,
        settings,
        overrides=(),
        roster=EMPTY,
        deadlines=None,
        rubric=None,
        notes=None,
    ):
        self.outcomes, self.settings, self.roster = list(outcomes), settings, roster
        self.deadlines, self.rubric = deadlines or Deadlines(), rubric or Rubric()
        self.notes = notes or Notes()
        self.when = datetime.now().astimezone().isoformat(timespec="seconds")
        self.specs = specifications(settings)
        students = {outcome["student"] for outcome in self.outcomes}
        overrides, self.unused = understood(overrides, settings, self.rubric, students)
        self.overrides = {(o.student, o.exercise): o for o in overrides}
        self.by_student = {}
        for outcome in self.outcomes:
            self.by_student.setdefault(outcome["student"], []).append(outcome)
        self.late = {}
        self.counting = self.count()
        self.all_marks = {
            (student, lesson): self.make_marks(student, lesson)
            for student, mine in self.counting.items()
            for lesson in mine
        }

    def students(self):
        return sorted(self.by_student)

    def group(self, student):
        learner = self.roster.learners.get(student)
        return learner.group if learner else ""

    def lessons(self, student):
        """{number: the outcome that counts}; None where there is nothing but an override."""
        return self.counting.get(student, {})

    def all_lessons(self):
        return sorted({lesson for mine in self.counting.values() for lesson in mine})

    def count(self):
        """{student: {lesson: outcome}}: the best that was graded."""
        found = {}
        for student, outcomes in self.by_student.items():
            mine = found.setdefault(student, {})
            for outcome in outcomes:
                if outcome["status"] != GRADED:
                    continue
                lesson = outcome["lesson"]
                late = self.deadlines.judge(student, self.group(student), outcome)
                best = mine.get(lesson)
                if best is None or worth(outcome, late) > worth(best, self.late[student, lesson]):
                    mine[lesson], self.late[student, lesson] = outcome, late
        for student, exercise in self.overrides:
            if student in found:
                found[student].setdefault(exercise[:2], None)
        return {student: dict(sorted(mine.items())) for student, mine in found.items()}

    def lateness(self, student, lesson):
        return self.late.get((student, lesson), ON_TIME)

    def marks(self, student, lesson):
        """The marks of one learner in one lesson, each with its "final" points and its override."""
        return self.all_marks[student, lesson]

    def make_marks(self, student, lesson):
        outcome = self.lessons(student)[lesson]
        if outcome is None:
            specs = [spec for id, spec in self.specs.items() if id[:2] == lesson]
            marks = [empty_mark(s.id, s.title, s.points, "not graded", s.name) for s in specs]
        else:
            marks = outcome["marks"]
        marks = [self.with_override(student, mark) for mark in marks]
        by_hand = [
            self.rubric.mark(id, student, self.overrides)
            for id in self.rubric.exercises
            if id[:2] == lesson
        ]
        return marks + by_hand

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

    def penalty(self, student, lesson):
        """The points that lateness takes; of those that a person gave, none."""
        share = self.lateness(student, lesson).share
        if not share:
            return 0
        earned = (m["final"] for m in self.marks(student, lesson) if not m["override"])
        return round(share * sum(earned), 2)

    def total(self, student, lesson=None):
        """(points, of) in one lesson, or in all; what lateness takes is taken."""
        chosen = self.lessons(student) if lesson is None else [lesson]
        marks = [mark for number in chosen for mark in self.marks(student, number)]
        taken = sum(self.penalty(student, number) for number in chosen)
        points = sum(mark["final"] for mark in marks) - taken
        return round(points, 2) if taken else points, sum(mark["of"] for mark in marks)

    def of(self, lesson):
        """The points of a lesson, with those that are given by hand."""
        return sum(s.points for id, s in self.specs.items() if id[:2] == lesson) + sum(
            self.rubric.of(id) for id in self.rubric.exercises if id[:2] == lesson
        )

    def statuses(self):
        """{"graded": how many submissions, "rejected": ..., "failed": ...}"""
        counted = Counter(outcome["status"] for outcome in self.outcomes)
        return {status: counted[status] for status in (GRADED, REJECTED, FAILED)}

    def by_exercise(self):
        """{exercise: [(student, mark)]} over the learners of a class."""
        found = {}
        for student in self.students():
            for lesson in self.lessons(student):
                for mark in self.marks(student, lesson):
                    found.setdefault(mark["id"], []).append((student, mark))
        return dict(sorted(found.items()))

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
        for key_of in sorted(statuses[0].keys() | statuses[1].keys()):
            was, now = (status.get(key_of) for status in statuses)
            student, path, lesson = key_of
            if was != now:  # without a path: a lesson that was expected, and is not there
                rows.append(change(student, f"lesson {lesson}" if path == "-" else path, was, now))
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


@dataclass
class Notes:
    """What finding and reading left to say: remarks first of all, and [(path, why)] of the rest."""

    remarks: tuple = ()
    aside: tuple = ()
    per_learner: bool = False


def specifications(settings):
    return {
        exercise.id: exercise
        for module in settings.lessons.values()
        for exercise in import_module(module).EXERCISES
    }


def understood(overrides, settings, rubric, students):
    """(overrides that can be applied, "student, exercise" of those for nobody who is here).

    A name in other capitals is understood; one that looks like a slip, an exercise that does not
    exist and points that there are not raise OverrideError, all of them at once.
    """
    specs, wrong, made, unused = specifications(settings), [], [], []
    by_key = {}
    for student in students:
        by_key.setdefault(key(student), []).append(student)
    for student, name in pseudonyms(students).items():
        by_key.setdefault(key(name), []).append(student)
    for override in overrides:
        where = f"line {override.line}: " if override.line else ""
        of = rubric.of(override.exercise) if override.exercise not in specs else None
        of = specs[override.exercise].points if of is None else of
        if of == 0:
            close = near(override.exercise, [*specs, *rubric.exercises]) or list(specs)[:3]
            wrong.append(
                f"{where}There is no exercise {override.exercise!r}. Near it: {', '.join(close)}."
            )
            continue
        if not 0 <= override.points <= of:
            wrong.append(
                f"{where}{override.student}, {override.exercise}: expected 0 to {of:g} points, "
                f"got {override.points:g}."
            )
        student = override.student
        alike = by_key.get(key(student), [])
        if student not in students and len(alike) == 1:
            student = alike[0]
        elif student not in students:
            close = near(student, students)
            if close:
                hint = f"Is it {' or '.join(close)}?"
                wrong.append(f"{where}There is no learner {student!r} here. {hint}")
            unused.append(f"{student}, {override.exercise}")
        made.append(Override(student, override.exercise, override.points, override.reason))
    if wrong:
        raise OverrideError("overrides.csv: " + "\n".join(wrong))
    return made, sorted(unused)


def change(student, what, before, after):
    shown = ["-" if value is None else value for value in (before, after)]
    return {"student": student, "what": what, "before": shown[0], "after": shown[1]}


def raw_points(outcome):
    return sum(mark["points"] for mark in outcome["marks"])


def worth(outcome, late):
    """What an outcome comes to: its points after lateness; then the one that is on time."""
    return raw_points(outcome) * (1 - late.share), -late.share


def read_overrides(path):
    """The Overrides in a table with the columns student, exercise, points, reason.

    A line without points waits to be filled in, and counts for nothing.
    """
    found = []
    try:
        rows = tables.read(path, COLUMNS[:3], ",".join(COLUMNS), last="reason")
    except tables.TableError as error:
        raise OverrideError(str(error)) from None
    for number, row in rows:
        if not row["points"]:
            continue
        try:
            points = tables.number_of(row["points"])
        except ValueError:
            raise OverrideError(
                f"{path}, line {number}: points is not a number: {row['points']!r}."
            ) from None
        if not row["student"]:
            raise OverrideError(f"{path}, line {number} names nobody.")
        reason = row.get("reason", "")
        found.append(Override(row["student"], row["exercise"], points, reason, number))
    return found


def read_results(path):
    """results.json of an earlier run, or {} when there is none; Damaged when it cannot be read."""
    try:
        results = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{path} is damaged ({str(error)[:60]})") from None
    if not isinstance(results, dict) or not isinstance(results.get("points"), dict):
        raise Damaged(f"{path} is not what a run of the grader wrote")
    if results.get("format") != FORMAT:
        raise ValueError(f"{path} has another format. Choose another --out folder.")
    return results
