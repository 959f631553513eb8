"""The roster: who is in the class, under which names and numbers, and in which group.

A table with a column `student`, or what a system exports as it is: Canvas's or Moodle's gradebook,
Moodle's grading worksheet, GitHub Classroom's roster.
"""

import re
from dataclasses import dataclass, field

from nncourse.grading import tables
from nncourse.grading.names import key, shown

LABELS = ("student", "learner", "full name", "name", "username", "identifier", "github_username")
NUMBERS = ("id", "id number", "student id", "student number", "number", "sis user id", "github_id")
LOGINS = ("sis login id", "username", "user name", "login", "github_username", "identifier")
MAILS = ("email", "e-mail", "mail", "email address")
GROUPS = ("group", "groups", "section", "team", "class")
FIRST, LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname")
WORDS = "student,name,email,group (or a file that Canvas, Moodle or GitHub Classroom exports)"


@dataclass(frozen=True)
class Learner:
    """One person on the roster; .row is the line as it stood there."""

    student: str
    group: str = ""
    row: dict = field(default_factory=dict)


class Roster:
    """The Learners of a class, found by any name or number that the table has for them."""

    def __init__(self, learners, keys, header=()):
        self.header = header  # the names of the columns, as they stood there
        self.learners = {learner.student: learner for learner in learners}
        self.keys = keys  # {key: the students that it stands for}

    def __bool__(self):
        return bool(self.learners)

    def find(self, texts):
        """The student that one of these names or numbers stands for; None if none, or several."""
        for text in texts:
            found = self.keys.get(key(text), ())
            if len(found) == 1:
                return next(iter(found))
        return None


EMPTY = Roster((), {})


def read(path):
    """The Roster in a table; TableError says which line cannot be understood."""
    rows = tables.read(path)
    if not rows:
        raise tables.TableError(f"{path}: there is nobody in it. The first line: {WORDS}.")
    rows = [(n, row) for n, row in rows if not is_no_person(row)]
    learners, keys, seen = [], {}, {}
    for number, row in rows:
        student = label(row)
        if not student:
            raise tables.TableError(f"{path}, line {number} names nobody. The first line: {WORDS}.")
        if student in seen:  # two may share a name: their number tells them apart
            other = first(row, (*NUMBERS, *LOGINS, *MAILS))
            if not other or f"{student} {other}" in seen:
                raise tables.TableError(
                    f"{path}, lines {seen[student]} and {number}: {student} stands there twice."
                )
            student = f"{student} {other}"
        seen[student] = number
        learners.append(Learner(student, first(row, GROUPS), row))
        for text in {student, *names_of(row)}:
            if key(text):
                keys.setdefault(key(text), set()).add(student)
    return Roster(learners, keys, tables.header(path))


def is_no_person(row):
    """Canvas's lines about points and posting, and its test student."""
    text = next(iter(row.values()), "").casefold()
    return (
        "points possible" in text
        or text in ("student, test", "test student")
        or not any(row.get(name) for name in (*LABELS, *MAILS, *LAST, *NUMBERS))
    )


def first(row, columns):
    return next((shown(row[name]) for name in columns if row.get(name)), "")


def label(row):
    """What a person is called in the reports."""
    if row.get("student") or row.get("learner"):
        return first(row, LABELS)
    whole = f"{first(row, FIRST)} {first(row, LAST)}".strip()
    return whole or first(row, LABELS) or first(row, MAILS) or first(row, NUMBERS)


def names_of(row):
    """Every text by which a system may call this person."""
    yield from (row[name] for name in (*LABELS, *NUMBERS, *LOGINS) if row.get(name))
    given, family = first(row, FIRST), first(row, LAST)
    whole = first(row, ("name", "full name", "student"))
    if "," in whole:  # "Beispiel, Ada"
        family, _, given = (part.strip() for part in whole.partition(","))
    elif not family and whole.count(" ") == 1:
        given, family = whole.split()
    if given and family:
        yield from (f"{given} {family}", f"{family} {given}")
    for name in MAILS:
        if row.get(name):
            yield row[name]
            yield row[name].partition("@")[0]
    participant = re.fullmatch(r"\D*(\d+)", row.get("identifier", ""))  # "Participant 1234567"
    if participant:
        yield participant[1]
