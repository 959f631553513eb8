"""Marks for what no program judges, like the texts under "In your own words", from rubric.csv.

    exercise,criterion,points,title
    05.words,names the cause,2,In your own words
    05.words,says what to change,1,

The marks themselves are lines of overrides.csv, for the whole or for each criterion:

    ada,05.words/names the cause,1.5,the sigmoid is named and its slope is not
"""

import re

from nncourse.grading import tables
from nncourse.grading.names import key

COLUMNS = ("exercise", "points")
WORDS = "exercise,criterion,points,title"


def empty_mark(id, title, of, verdict, name=""):
    """The mark of an exercise for which no answer was run."""
    mark = {"id": id, "title": title, "name": name, "points": 0, "of": of, "checks": [0, 0]}
    mark |= {"verdict": verdict, "cell": None, "called": "", "came": "", "expected": ""}
    return mark | {"sentence": "", "misconception": [], "hint": "", "replaced": []}


class Rubric:
    """.exercises is {id: [(criterion, points)]}, .titles {id: title}."""

    def __init__(self, exercises=None, titles=None):
        self.exercises, self.titles = exercises or {}, titles or {}

    def of(self, id):
        """The points of an exercise, or of "exercise/criterion"; 0 when there is none."""
        whole, _, criterion = id.partition("/")
        criteria = self.exercises.get(whole, [])
        return sum(points for name, points in criteria if not criterion or same(name, criterion))

    def mark(self, id, student, overrides):
        """What is reported about this exercise of a learner."""
        whole = overrides.get((student, id))
        given = (
            {
                name: one
                for name, _ in self.exercises[id]
                for (who, what), one in overrides.items()
                if who == student and what.startswith(f"{id}/") and same(what[len(id) + 1 :], name)
            }
            if whole is None
            else {}
        )
        points = whole.points if whole else sum(one.points for one in given.values())
        said = [
            f"{name}: {given[name].points:g} of {of:g}"
            + (f" ({given[name].reason})" if given[name].reason else "")
            for name, of in self.exercises[id]
            if name in given
        ]
        reason = whole.reason or "by hand" if whole else "; ".join(said)
        done = whole or len(given) == len(self.exercises[id])
        title = self.titles.get(id) or "In your own words"
        mark = empty_mark(id, title, self.of(id), "by hand" if done else "to be marked")
        return mark | {"final": points, "override": reason}


def same(one, other):
    return key(one) == key(other)


def read(path, lessons):
    """The Rubric in a table; TableError names the line that cannot be understood."""
    exercises, titles = {}, {}
    for number, row in tables.read(path, COLUMNS, WORDS):
        where = f"{path}, line {number}"
        id = row["exercise"]
        if not re.fullmatch(r"\d\d\.[A-Za-z][\w-]*", id) or id[:2] not in lessons:
            raise tables.TableError(
                f"{where}: exercise is {id!r}, expected a lesson of the course and a word, like "
                "05.words."
            )
        try:
            points = tables.number_of(row["points"])
            if points <= 0:
                raise ValueError
        except ValueError:
            raise tables.TableError(
                f"{where}: points is {row['points']!r}, expected a number above 0."
            ) from None
        name = row.get("criterion") or "all"
        if any(same(name, other) for other, _ in exercises.get(id, [])):
            raise tables.TableError(f"{where}: {id} has {name!r} twice.")
        exercises.setdefault(id, []).append((name, points))
        titles[id] = titles.get(id) or row.get("title", "")
    return Rubric(exercises, titles)
