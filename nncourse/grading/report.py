"""Files from a Book: pages for learners and instructor, CSV, and what Gradescope and nbgrader read.

    index.html, students/*.html     pages that need nothing else, in light and dark
    grades.csv                      a line for each learner and lesson
    exercises.csv                   a line for each exercise, with what was said about it
    submissions.csv                 every submission: graded, rejected or failed, and why
    changes.csv                     what is not as it was in the run before
    gradescope/*.json, nbgrader.csv the same marks for other systems
    results.json                    all of it, with the seed that repeats the run
    overrides.csv                   only ever read, and made empty when it is missing

What learners wrote is never trusted: HTML is escaped, file names are made anew, and a cell of CSV
cannot start a formula.
"""

import csv
import hashlib
import io
import json
import re
from html import escape
from pathlib import Path

from nncourse.files import replace
from nncourse.grading.book import EMPTY_OVERRIDES
from nncourse.grading.marking import FAILED, GRADED, REJECTED

OVERRIDES, RESULTS = "overrides.csv", "results.json"
SAYS = {  # verdict: its sign and its words
    "right": ("✓", "Right"),
    "wrong": ("✗", "Not right yet"),
    "error": ("✗", "Ended in an error"),
    "too slow": ("✗", "Stopped: it took too long"),
    "crashed": ("✗", "Stopped: it ended Python"),
    "not started": ("○", "Not started"),
    "not graded": ("○", "Not graded"),
}


def write(book, out, before=None):
    """Write all files into the folder `out`; before: results.json of the run before, or {}."""
    out, before = Path(out), before or {}
    files = {"index.html": index_page(book, before)}
    for student in book.students():
        files[f"students/{page_name(student)}.html"] = student_page(book, student)
        for lesson in book.lessons(student):
            name = f"gradescope/{page_name(student)}_{lesson}.json"
            files[name] = as_text(gradescope(book, student, lesson))
    files["grades.csv"] = as_csv(grades(book))
    files["exercises.csv"] = as_csv(exercise_lines(book))
    files["submissions.csv"] = as_csv(submission_lines(book))
    files["nbgrader.csv"] = as_csv(nbgrader(book))
    columns = ["student", "what", "before", "after"]
    changes = [list(row.values()) for row in book.changes(before)] if before else []
    files["changes.csv"] = as_csv([columns, *changes])
    files[RESULTS] = as_text(book.as_json() | {"files": sorted(files)})
    for name in set(before.get("files", ())) - files.keys():
        if re.fullmatch(r"(students|gradescope)/[\w.-]+", name):
            (out / name).unlink(missing_ok=True)  # of someone who is no longer there
    for name, text in files.items():
        store(out / name, text)
    if not (out / OVERRIDES).exists():
        store(out / OVERRIDES, EMPTY_OVERRIDES)
    return out / "index.html"


def store(path, text):
    """Replace the file as a whole, so that no half file is left; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, text, durable=False)  # thousands of them, and they can be made again


def page_name(student):
    """A file name that is safe, readable, and different for different learners."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", student)[:40].strip("_") or "learner"
    if plain == student:
        return plain
    return f"{plain}_{hashlib.sha256(student.encode()).hexdigest()[:8]}"


def number(points):
    return f"{points:g}"


# ---------------------------------------------------------------------------------------- tables
def as_csv(rows):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([[harmless(v) for v in row] for row in rows])
    return file.getvalue()


def harmless(value):
    """A spreadsheet takes text that starts with one of these signs for a formula, and runs it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def as_text(data):
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def grades(book):
    yield ["student", "lesson", "points", "of", "percent", "file"]
    for student in book.students():
        for lesson, outcome in book.lessons(student).items():
            points, of = book.total(student, lesson)
            path = outcome["path"] if outcome else ""
            yield [student, lesson, number(points), of, round(100 * points / of, 1), path]


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


def submission_lines(book):
    yield ["student", "file", "lesson", "status", "reason", "seconds"]
    for o in book.outcomes:
        yield [o["student"], o["path"], o["lesson"], o["status"], o["reason"], o["seconds"]]


def nbgrader(book):
    """The columns of nbgrader's own export."""
    yield [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    for student in book.students():
        for lesson in book.lessons(student):
            points, of = book.total(student, lesson)
            name = book.settings.names.get(lesson, lesson)
            who = [name, "", book.when, student, "", "", ""]
            yield [*who, number(points), 0, number(points), of]


def gradescope(book, student, lesson):
    """What Gradescope expects in results.json."""
    outcome = book.lessons(student)[lesson]
    marks = book.marks(student, lesson)
    return {
        "score": sum(mark["final"] for mark in marks),
        "execution_time": outcome["seconds"] if outcome else 0,
        "visibility": "visible",
        "output_format": "text",
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


# ------------------------------------------------------------------------------ what is said
def feedback(mark):
    """Sentences about one answer, with the learner's own call; text between back-ticks is code."""
    said = [f"{SAYS[mark['verdict']][1]}."]
    if mark["verdict"] == "not started":
        said.append(f"There is no `{mark['name']}` yet.")
    elif mark["verdict"] == "not graded":
        said = []
    elif mark["verdict"] != "right":
        if mark["called"]:
            said.append(f"Called: {code(mark['called'])}.")
        said.append(mark["sentence"])
        if mark["misconception"]:
            name, text = mark["misconception"]
            said.append(f"It looks like this mistake: {name}. {text}")
        passed, total = mark["checks"]
        if total > 1:
            said.append(f"{passed} of {total} checks passed.")
    elif mark["replaced"]:
        names = " and ".join(f"`{name}`" for name in mark["replaced"])
        said.append(f"It builds on {names}, which is wrong: a right one was put in its place.")
    if mark["override"]:
        points = f"{number(mark['final'])} of {mark['of']}"
        said.append(f"Points were given by a person: {points}, because: {mark['override']}.")
    return said


def next_step(book, mark):
    """What a learner does about an answer that is not right."""
    name = book.settings.names.get(mark["id"][:2], mark["id"][:2] + "_...")
    where = f"Open `exercises/{name}.ipynb` at {mark['id']}"
    check = f'run `check("{mark["id"]}", {mark["name"]})`'
    if mark["verdict"] == "not started":
        return f"{where} and write `{mark['name']}`. To begin with: {mark['hint']}"
    if mark["verdict"] == "too slow":
        return f"{where}: look for a loop whose end is never reached, then {check}."
    if mark["verdict"] in ("error", "crashed"):
        return f"{where}, restart the kernel, run all cells from the top, then {check}."
    return f"{where} and {check}. A hint: {mark['hint']}"


def code(text):
    return f"`{text.replace('`', chr(39))}`"


# ----------------------------------------------------------------------------------------- pages
STYLE = """
:root { color-scheme: light dark; --text: #1c1c1c; --soft: #595959; --line: #c9c9c9;
  --page: #ffffff; --box: #f4f4f2; --right: #00634a; --wrong: #a33800; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --text: #ececec; --soft: #b4b4b4; --line: #4a4a4a;
  --page: #16181a; --box: #222528; --right: #5fd3ac; --wrong: #ffab7a; --link: #8ec3ff; } }
body { font: 1rem/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
  max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 0 0 .25rem; }
p { margin: .4rem 0; } a { color: var(--link); } .soft { color: var(--soft); }
code { font: .92em ui-monospace, monospace; background: var(--box); padding: .05em .3em;
  border-radius: 3px; }
section.exercise { border-left: 4px solid var(--line); padding: .1rem 0 .1rem 1rem;
  margin: 1.25rem 0; }
section.right { border-color: var(--right); } section.wrong { border-color: var(--wrong); }
.verdict { font-weight: 600; } .right .verdict { color: var(--right); }
.wrong .verdict { color: var(--wrong); }
.next { background: var(--box); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }
.next ol { margin: .3rem 0; padding-left: 1.4rem; } .next li { margin: .35rem 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; padding: .35rem 1.25rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } td.n, th.n { text-align: right; white-space: nowrap; }
"""


def page(title, body):
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def rich(text):
    """Escaped text, with `code` and **bold** as they are written in Markdown."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    for n, part in enumerate(parts):
        parts[n] = f"<code>{part}</code>" if n % 2 else re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", part)
    return "".join(parts)


def table(caption, columns, rows, numbers=()):
    """An HTML table; rows of HTML, the first cell of each is its heading."""
    css = [' class="n"' if n in numbers else "" for n in range(len(columns))]
    head = "".join(f'<th scope="col"{c}>{t}</th>' for c, t in zip(css, columns, strict=True))
    lines = []
    for row in rows:
        cells = "".join(f"<td{c}>{t}</td>" for c, t in zip(css[1:], row[1:], strict=True))
        lines.append(f'<tr><th scope="row">{row[0]}</th>{cells}</tr>')
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def student_page(book, student):
    points, of = book.total(student)
    parts = [f"<h1>Marks of {escape(student)}</h1>"]
    if of:
        parts.append(f"<p>{number(points)} of {of} points in what was graded.</p>")
    others = [
        outcome
        for outcome in book.outcomes
        if outcome["student"] == student and outcome["status"] != GRADED
    ]
    parts.append(steps(book, student, others))
    for lesson in book.lessons(student):
        parts += lesson_part(book, student, lesson)
    parts.append(f'<p class="soft">Graded {escape(book.when[:16].replace("T", " "))}.</p>')
    return page(f"Marks of {student}", "\n".join(part for part in parts if part))


def steps(book, student, others):
    """The box at the top: first what could not be graded, then the exercises to go back to."""
    items = []
    for outcome in others:
        name = code(outcome["path"])
        if outcome["status"] == FAILED:
            text = f"{name} could not be graded because the grader failed. That is not your fault"
            items.append(f"{text}, and costs no points: your instructor sees it too.")
        elif outcome["path"] == "-":
            items.append(outcome["reason"])
        else:
            items.append(f"{name} was not graded. {outcome['reason']}")
    for lesson in book.lessons(student):
        for mark in book.marks(student, lesson):
            if mark["verdict"] not in ("right", "not graded") and mark["final"] < mark["of"]:
                items.append(next_step(book, mark))
    if not items:
        return '<div class="next"><p>Everything is right. On to the next lesson.</p></div>'
    shown = "".join(f"<li>{rich(item)}</li>" for item in items)
    return f'<div class="next"><h2 style="margin-top:0">What to do next</h2><ol>{shown}</ol></div>'


def lesson_part(book, student, lesson):
    points, of = book.total(student, lesson)
    outcome = book.lessons(student)[lesson]
    title = book.settings.names.get(lesson, "").replace("_", " ")[3:].capitalize()
    yield f"<h2>Lesson {escape(lesson)} {escape(title)}: {number(points)} of {of} points</h2>"
    if outcome:
        yield f'<p class="soft">From the file {rich(code(outcome["path"]))}.</p>'
    for mark in book.marks(student, lesson):
        sign = SAYS[mark["verdict"]][0]
        side = {"✓": "right", "✗": "wrong"}.get(sign, "open")
        first, *rest = feedback(mark) or [""]
        where = f"{number(mark['final'])} of {mark['of']} points"
        yield f'<section class="exercise {side}">'
        yield f"<h3>{escape(mark['id'])} {escape(mark['title'])}</h3>"
        yield f'<p><span class="verdict">{sign} {rich(first)}</span> {where}.</p>'
        yield from (f"<p>{rich(sentence)}</p>" for sentence in rest)
        yield "</section>"


def index_page(book, before):
    counts = book.statuses()
    told = ", ".join(f"{n} {status}" for status, n in counts.items())
    parts = [
        "<h1>Marks of all learners</h1>",
        f"<p>{len(book.outcomes)} submissions: {told}.</p>",
        to_do(book, counts),
    ]
    lessons = sorted({lesson for s in book.students() for lesson in book.lessons(s)})
    rows = []
    for student in book.students():
        mine = book.lessons(student)
        link = f'<a href="students/{page_name(student)}.html">{escape(student)}</a>'
        cells = [of_text(*book.total(student, n)) if n in mine else "–" for n in lessons]
        rows.append([link, *cells, of_text(*book.total(student))])
    columns = ["Learner", *(f"Lesson {escape(number)}" for number in lessons), "All"]
    numbers = range(1, len(columns))
    parts += ["<h2>Learners</h2>", table("Points by lesson", columns, rows, numbers)]
    parts += exercise_part(book)
    parts += change_part(book, before)
    rows = [
        [
            *(escape(o["student"]), file_text(o), escape(o["lesson"])),
            *(escape(o["status"]), escape(o["reason"]), f"{o['seconds']:.1f} s"),
        ]
        for o in sorted(book.outcomes, key=lambda o: (o["status"] == GRADED, o["student"]))
    ]
    columns = ["Learner", "File", "Lesson", "Status", "Why", "Took"]
    parts += ["<h2>Submissions</h2>"]
    parts += [table("Every submission, those not graded first", columns, rows, (5,))]
    parts += [
        "<h2>To grade again</h2>",
        f"<p>The same random cases come again with <code>--seed {book.settings.seed}</code>. Marks "
        f"given by hand stand in <code>{OVERRIDES}</code>, a line each, like "
        "<code>ada,05.2,3,told me in person</code>; they outlast every run.</p>",
        f'<p class="soft">Graded {escape(book.when[:16].replace("T", " "))}, '
        f"{'without' if book.settings.trusted else 'in'} a sandbox.</p>",
    ]
    return page("Marks of all learners", "\n".join(part for part in parts if part))


def of_text(points, of):
    return f"{number(points)} of {of}" if of else "–"


def file_text(outcome):
    return "–" if outcome["path"] == "-" else rich(code(outcome["path"]))


def to_do(book, counts):
    """The box at the top for the instructor: what a person must look at."""
    items = []
    if counts[FAILED]:
        items.append(
            f"{counts[FAILED]} could not be graded because the grader failed. Grade again; if that "
            "does not help, mark them by hand and report the reason given below."
        )
    if counts[REJECTED]:
        items.append(
            f"{counts[REJECTED]} rejected: the reason stands below and on the learner's page. They "
            "have no points yet, which is not 0 points."
        )
    if book.unused:
        names = "; ".join(book.unused)
        items.append(f"Overrides for learners who are not in this folder: {names}.")
    if not items:
        return ""
    shown = "".join(f"<li>{rich(item)}</li>" for item in items)
    return f'<div class="next"><h2 style="margin-top:0">What needs you</h2><ol>{shown}</ol></div>'


def exercise_part(book):
    rows = [
        [
            f"{escape(spec.id)} {escape(spec.title)}",
            f"{right} of {total}",
            "; ".join(f"{escape(name)} ({times})" for name, times in mistakes) or "–",
        ]
        for spec, right, total, mistakes in book.by_exercise()
    ]
    if rows:
        yield "<h2>Exercises</h2>"
        caption = "How many got it right, and which mistakes were made most often"
        yield table(caption, ["Exercise", "Right", "Mistakes seen"], rows, (1,))


def change_part(book, before):
    if not before:
        return
    rows = [[escape(str(value)) for value in row.values()] for row in book.changes(before)]
    yield f"<h2>Changed since {escape(before['when'][:16].replace('T', ' '))}</h2>"
    columns = ["Learner", "What", "Before", "Now"]
    yield table("Points and submissions", columns, rows) if rows else "<p>Nothing.</p>"
