"""Files from a Book: pages for learners and instructor, CSV, and what other systems read.

    index.html, lessons/, exercises/    pages for who teaches: what needs a look, marks, answers
    similarity.html                     notebooks that are alike
    students/*.html                     a page for each learner, to be handed out
    grades.csv                          a line for each learner and lesson
    exercises.csv                       a line for each exercise, with what was said about it
    statistics.csv                      a line for each exercise over all learners
    submissions.csv                     everything that was there: graded, rejected, failed, aside
    changes.csv                         what is not as it was in the run before
    canvas.csv, moodle.csv, moodle/*    gradebooks, as their importers take them
    gradescope/*.json, nbgrader.csv     the same marks for these
    results.json                        all of it, with the seed that repeats the run
    overrides.csv                       only ever read, and made empty when it is missing

What learners wrote is never trusted: HTML is escaped, file names are new ones, and a cell of CSV
cannot start a formula.
"""

import csv
import io
import json
import re
from pathlib import Path

from nncourse import files
from nncourse.grading import gradebook, pages, similarity, statistics
from nncourse.grading.book import EMPTY_OVERRIDES
from nncourse.grading.folder import SOLUTIONS
from nncourse.grading.names import page_name, pseudonyms
from nncourse.grading.pages import number
from nncourse.grading.submissions import Rejected, read_cells

OVERRIDES, RESULTS = "overrides.csv", "results.json"
ROSTER, DEADLINES, RUBRIC = "roster.csv", "deadlines.csv", "rubric.csv"
OURS = r"(students|gradescope|exercises|lessons|moodle)/[\w.-]+|similarity\.html|anonymous\.csv"


class People:
    """What learners are called on the pages, and which page is whose."""

    def __init__(self, book, anonymous):
        self.anonymous = anonymous
        self.names = {student: student for student in book.students()}
        if anonymous:
            self.names = pseudonyms(book.students())
        self.pages = {student: page_name(name) for student, name in self.names.items()}

    def name(self, student):
        return self.names.get(student, student)

    def page(self, student):
        return f"students/{self.pages[student]}.html"

    def file(self, outcome):
        """The path of what was handed in, which may hold a name."""
        return "" if self.anonymous else outcome["path"]


def write(book, out, before=None, anonymous=False):
    """Write all files into the folder `out`; before: results.json of the run before, or {}.

    results.json comes first: whatever else fails, the marks are there. Raises NotSaved.
    """
    out, before = Path(out), before or {}
    people = People(book, anonymous)
    made = dict(all_files(book, before, people))
    names = sorted([*made, RESULTS])
    for name in set(before.get("files", ())) - {*names}:
        if isinstance(name, str) and re.fullmatch(OURS, name):
            (out / name).unlink(missing_ok=True)  # of someone who is no longer there
    if not (out / OVERRIDES).exists():
        store(out / OVERRIDES, EMPTY_OVERRIDES)
    store(out / RESULTS, as_text(book.as_json() | {"files": names}))
    for name, text in made.items():
        store(out / name, text)
    return out / "index.html"


def all_files(book, before, people):
    """(name, text) of every file but results.json."""
    items = statistics.items(book)
    alike = alike_pairs(book)
    yield "index.html", pages.index(book, before, people, items, alike)
    for lesson in book.all_lessons():
        yield f"lessons/{lesson}.html", pages.matrix(book, lesson, people)
        if lines := gradebook.worksheet(book, lesson):
            name = book.settings.names.get(lesson, lesson)
            yield f"moodle/{name}_worksheet.csv", as_csv(lines)
    for id, rows in book.by_exercise().items():
        yield f"exercises/{id}.html", pages.exercise(book, id, rows, people, items.get(id))
    yield "similarity.html", pages.similarity(book, alike, people)
    for student in book.students():
        yield people.page(student), pages.student(book, student, people)
        for lesson in book.lessons(student):
            made = gradebook.gradescope(book, student, lesson, pages.feedback)
            yield f"gradescope/{page_name(student)}_{lesson}.json", as_text(made)
    if people.anonymous:
        keys = sorted((name, student) for student, name in people.names.items())
        yield "anonymous.csv", as_csv([["shown as", "student"], *keys])
    yield "grades.csv", as_csv(grades(book))
    yield "exercises.csv", as_csv(exercise_lines(book))
    yield "statistics.csv", as_csv(statistic_lines(book, items))
    yield "submissions.csv", as_csv(submission_lines(book))
    yield "nbgrader.csv", as_csv(gradebook.nbgrader(book))
    yield "canvas.csv", as_csv(gradebook.canvas(book))
    yield "moodle.csv", as_csv(gradebook.moodle(book))
    columns = ["student", "what", "before", "after"]
    changes = [list(row.values()) for row in book.changes(before)] if before else []
    yield "changes.csv", as_csv([columns, *changes])


def alike_pairs(book):
    """The similarity.Pairs of every lesson."""
    found = []
    for lesson in book.all_lessons():
        codes, seen = {}, set()
        for student in book.students():
            outcome = book.lessons(student).get(lesson)
            group = tuple((outcome or {}).get("together", ()))
            if outcome and outcome.get("answers") and not (group and group in seen):
                codes[student] = "\n".join(outcome["answers"].values())
                seen.add(group)
        name = book.settings.names.get(lesson, "")
        given = code_of(SOLUTIONS.parent / "exercises" / f"{name}.ipynb")
        answers = "\n".join(book.settings.solutions.get(lesson, {}).values())
        found += similarity.pairs(codes, lesson, given, answers)
    return found


def code_of(path):
    try:
        return "\n".join(cell.source for cell in read_cells(path.read_bytes()))
    except (OSError, Rejected):
        return ""


def store(path, text):
    """Replace the file as a whole, so that no half file is left; its folder is made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, text, durable=False)  # thousands of them, and they can be made again
    except files.NotSaved as error:
        raise Unwritten(path, error) from error
    except OSError as error:
        raise Unwritten(path, error) from error


class Unwritten(files.NotSaved):
    """A report could not be written; str() says what stands and what does not."""

    def __str__(self):
        advice = files.ADVICE.get(self.errno)
        return " ".join(
            [
                f"{self.filename} could not be saved: {self.strerror}.",
                *([f"{advice}."] if advice else []),
                "Some reports are of this run and some of the one before. No mark is lost: run the "
                "same command again, and only the reports are made again.",
            ]
        )


# ---------------------------------------------------------------------------------------- tables
def as_csv(rows):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([[harmless(v) for v in row] for row in rows])
    return file.getvalue()


def harmless(value):
    """A spreadsheet takes text that starts with one of these signs for a formula, and runs it."""
    risky = isinstance(value, str) and value[:1] in tuple("=+-@\t\r") and value != "-"
    return f"'{value}" if risky else value


def as_text(data):
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def grades(book):
    columns = ["points", "of", "percent", "file", "handed in", "late", "taken for lateness"]
    yield ["student", "group", "lesson", *columns]
    for student in book.students():
        for lesson, outcome in book.lessons(student).items():
            points, of = book.total(student, lesson)
            about = outcome or {}
            yield [
                *(student, book.group(student), lesson, number(points), number(of)),
                *(round(100 * points / of, 1), about.get("path", ""), about.get("when", "")),
                book.lateness(student, lesson).says,
                number(book.penalty(student, lesson)),
            ]


def exercise_lines(book):
    columns = ("points", "of", "verdict", "checks_right", "checks", "override", "mistake", "said")
    yield ["student", "exercise", *columns]
    for student in book.students():
        for lesson in book.lessons(student):
            for mark in book.marks(student, lesson):
                mistake = mark["misconception"][0] if mark["misconception"] else ""
                words = [mark["verdict"], *mark["checks"], mark["override"], mistake]
                line = [student, mark["id"], number(mark["final"]), mark["of"]]
                yield [*line, *words, mark["sentence"]]


def statistic_lines(book, items):
    columns = ("learners", "started", "right", "facility", "discrimination", "mistakes")
    yield ["exercise", "title", *columns]
    for id, item in items.items():
        seen = "; ".join(f"{name} ({len(students)})" for name, _, students in item.mistakes)
        told = "" if item.discrimination is None else round(item.discrimination, 2)
        counts = [item.number, item.started, item.right, round(item.facility, 3)]
        yield [id, pages.title_of(book, id), *counts, told, seen]


def submission_lines(book):
    yield ["student", "file", "lesson", "status", "reason", "seconds", "handed in"]
    for o in book.outcomes:
        about = [o["lesson"], o["status"], o["reason"], o["seconds"], o.get("when", "")]
        yield [o["student"], o["path"], *about]
    for path, why in book.notes.aside:
        yield ["", path, "", "aside", why, "", ""]
