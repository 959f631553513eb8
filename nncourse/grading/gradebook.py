"""Marks as other systems read them: Canvas, Moodle, nbgrader, Gradescope.

Canvas's gradebook and Moodle's find a learner by what their own export says. So the roster may be
that export: its numbers and addresses come back as they were.
"""

import re
from datetime import UTC, datetime

from nncourse.grading.names import shown

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANVAS_POINTS = "    Points Possible"  # the importer knows the line by these words
MOODLE = ("First name", "Last name", "ID number", "Email address")
WORKSHEET = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)
NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def number(points):
    return f"{points:g}"


def row_of(book, student):
    learner = book.roster.learners.get(student)
    return learner.row if learner else {}


def points_in(book, student, lesson):
    """The points as text; empty where nothing could be graded, which is not 0."""
    if lesson not in book.lessons(student):
        return ""
    return number(book.total(student, lesson)[0])


def canvas(book):
    """Canvas's gradebook: Grades, Import."""
    lessons = book.all_lessons()
    titles = [canvas_title(book, lesson) for lesson in lessons]
    yield [*CANVAS, *titles]
    yield [CANVAS_POINTS, "", "", "", "", *(number(book.of(lesson)) for lesson in lessons)]
    for student in book.students():
        row = row_of(book, student)
        about = [shown(row.get(column.casefold(), "")) for column in CANVAS]
        about[0] = row.get("student") or student
        from_name = re.fullmatch(r"([^_\sA-Z]+)_(\d{3,})", student)
        if not any(about[1:]) and from_name:
            about[0], about[1] = from_name.groups()
        yield [*about, *(points_in(book, student, lesson) for lesson in lessons)]


def canvas_title(book, lesson):
    """The assignment's name; with Canvas's number, when the roster is Canvas's export."""
    name = book.settings.names.get(lesson, lesson)
    wanted = (name, name.replace("_", " "), f"lesson {lesson}", lesson)
    for column in book.roster.header:
        title = re.sub(r"\s*\(\d+\)$", "", column)
        if title.casefold().strip() in wanted or title.startswith(f"{lesson}_"):
            return column
    return name


def moodle(book):
    """Moodle's gradebook: Grades, Import, CSV file. Identify the user by address or ID number."""
    lessons = book.all_lessons()
    names = [book.settings.names.get(lesson, lesson) for lesson in lessons]
    yield [*MOODLE, *(word for name in names for word in (name, f"Feedback: {name}"))]
    for student in book.students():
        row = row_of(book, student)
        mail = mail_of(student, row)
        given = row.get("first name") or row.get("firstname") or ""
        family = row.get("last name") or row.get("surname") or row.get("lastname") or ""
        if not given and not family:
            whole = shown(row.get("full name") or re.sub(r"_\d+$", "", student))
            given, _, family = whole.rpartition(" ")
        cells = []
        for lesson in lessons:
            cells += [points_in(book, student, lesson), summary(book, student, lesson)]
        yield [given, family, row.get("id number") or row.get("id") or "", mail, *cells]


def mail_of(student, row):
    for column in ("email address", "email", "e-mail", "mail"):
        if row.get(column):
            return row[column]
    return student if re.fullmatch(r"[^@\s]+@[^@\s]+", student) else ""


def worksheet(book, lesson):
    """Moodle's grading worksheet of one assignment: View all submissions, Upload grading worksheet.

    Nothing when it is not known which participant is who.
    """
    lines = []
    for student in book.students():
        row = row_of(book, student)
        participant = row.get("identifier", "")
        path = (book.lessons(student).get(lesson) or {}).get("path", "")
        in_name = re.fullmatch(r"(.+)_(\d+)", student)
        if not participant and in_name and f"{student}_assignsubmission" in path:
            participant = f"Participant {in_name[2]}"
        if not participant or lesson not in book.lessons(student):
            continue
        kept = {
            "Identifier": participant,
            "Full name": row.get("full name") or (in_name[1] if in_name else student),
            "Grade": points_in(book, student, lesson),
            "Maximum Grade": row.get("maximum grade") or number(book.of(lesson)),
            "Grade can be changed": row.get("grade can be changed") or "Yes",
            "Last modified (grade)": row.get("last modified (grade)") or "-",
            "Feedback comments": summary(book, student, lesson),
        }
        lines.append([kept.get(name, row.get(name.casefold(), "")) for name in WORKSHEET])
    return [list(WORKSHEET), *lines] if lines else []


def summary(book, student, lesson):
    """One line of feedback: the points of each exercise, and the mistake that was seen."""
    if lesson not in book.lessons(student):
        return ""
    said = []
    for mark in book.marks(student, lesson):
        text = f"{mark['id']} {mark['title']}: {number(mark['final'])} of {number(mark['of'])}"
        if mark["verdict"] == "to be marked":
            text = f"{mark['id']} {mark['title']}: not marked yet"
        if mark["misconception"]:
            text += f" ({mark['misconception'][0]})"
        said.append(text)
    late = book.lateness(student, lesson)
    return "; ".join(said) + "." + (f" {late.says}" if late.share else "")


def nbgrader(book):
    """The columns of nbgrader's own export; the time is the submission's, where it is known."""
    yield NBGRADER
    for student in book.students():
        row = row_of(book, student)
        group = book.group(student)
        for lesson, outcome in book.lessons(student).items():
            points, of = book.total(student, lesson)
            taken = book.penalty(student, lesson)
            rule = book.deadlines.of(student, group, lesson)
            yield [
                book.settings.names.get(lesson, lesson),
                utc(rule.due.isoformat()) if rule and rule.due else "",
                utc((outcome or {}).get("when", "")),
                student,
                row.get("last name", ""),
                row.get("first name", ""),
                mail_of(student, row),
                *(number(points + taken), number(taken), number(points), number(of)),
            ]


def utc(text):
    """A time as nbgrader writes it; one without a zone is this machine's."""
    if not text:
        return ""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def gradescope(book, student, lesson, feedback):
    """What Gradescope expects in results.json; feedback(mark) gives its sentences."""
    outcome = book.lessons(student)[lesson]
    marks = book.marks(student, lesson)
    late = book.lateness(student, lesson)
    return {
        "score": book.total(student, lesson)[0],
        "execution_time": outcome["seconds"] if outcome else 0,
        "visibility": "visible",
        "output_format": "text",
        **({"output": late.says} if late.says else {}),
        "tests": [
            {
                "number": mark["id"],
                "name": f"{mark['id']} {mark['title']}",
                "score": mark["final"],
                "max_score": mark["of"],
                "status": "passed" if mark["final"] == mark["of"] else "failed",
                "output_format": "text",
                "output": "\n".join(feedback(mark)),
            }
            for mark in marks
        ],
    }
