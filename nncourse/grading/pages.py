"""The pages of the report, for who teaches and for each learner; they need no network.

What learners wrote is escaped; a script that sorts tables is the only one that may run.
"""

import base64
import hashlib
import re
from html import escape

from nncourse.grading.gradebook import number
from nncourse.grading.marking import FAILED, GRADED, REJECTED
from nncourse.grading.similarity import SOLUTION

SAYS = {  # verdict: its sign and its words
    "right": ("✓", "Right"),
    "wrong": ("✗", "Not right yet"),
    "error": ("✗", "Ended in an error"),
    "too slow": ("✗", "Stopped: it took too long"),
    "crashed": ("✗", "Stopped: it ended Python"),
    "not started": ("○", "Not started"),
    "not graded": ("○", "Not graded"),
    "by hand": ("✎", "Marked by a person"),
    "to be marked": ("○", "Waits for its mark"),
}
MISTAKES = 12  # that the first page shows
WIDEST = 25  # learners that are named in a row before the rest is folded away


def says(verdict):
    return SAYS.get(verdict, ("✗", verdict.capitalize()))


def feedback(mark):
    """Sentences about one answer, with the learner's own call; text between back-ticks is code."""
    said = [f"{says(mark['verdict'])[1]}."]
    if mark["verdict"] == "not started":
        said.append(f"There is no `{mark['name']}` yet.")
    elif mark["verdict"] == "not graded":
        said = []
    elif mark["verdict"] in ("by hand", "to be marked"):
        return [*said, *([f"{mark['override']}."] if mark["override"] else [])]
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
    if mark.get("remark"):
        said.append(mark["remark"])
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


# ------------------------------------------------------------------------------ a page
STYLE = """
:root { color-scheme: light dark; --text: #1c1c1c; --soft: #595959; --line: #c9c9c9;
  --page: #ffffff; --box: #f4f4f2; --right: #00634a; --wrong: #a33800; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --text: #ececec; --soft: #b4b4b4; --line: #4a4a4a;
  --page: #16181a; --box: #222528; --right: #5fd3ac; --wrong: #ffab7a; --link: #8ec3ff; } }
body { font: 1rem/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
  max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }
body.wide { max-width: 80rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 0 0 .25rem; }
p { margin: .4rem 0; } a { color: var(--link); } .soft { color: var(--soft); }
code { font: .92em ui-monospace, monospace; background: var(--box); padding: .05em .3em;
  border-radius: 3px; }
pre { font: .85rem/1.45 ui-monospace, monospace; background: var(--box); padding: .6rem .8rem;
  border-radius: 6px; overflow-x: auto; margin: .4rem 0; white-space: pre; }
td code { overflow-wrap: anywhere; }
pre.text { white-space: pre-wrap; font-family: inherit; font-size: 1rem; }
section.exercise { border-left: 4px solid var(--line); padding: .1rem 0 .1rem 1rem;
  margin: 1.25rem 0; }
section.right { border-color: var(--right); } section.wrong { border-color: var(--wrong); }
.verdict { font-weight: 600; } .right .verdict { color: var(--right); }
.wrong .verdict { color: var(--wrong); }
.next { background: var(--box); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }
.next h2 { margin-top: 0; }
.next ol, .next ul { margin: .3rem 0; padding-left: 1.4rem; } .next li { margin: .35rem 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
details { margin: .4rem 0; } summary { cursor: pointer; }
.beside { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); }
.beside > * { min-width: 0; } .beside h2 { font-size: 1.05rem; margin: 1rem 0 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; padding: .35rem 1.25rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } td.n, th.n { text-align: right; white-space: nowrap; }
tbody th { font-weight: 500; }
thead th { background: var(--page); }
th button { min-width: 1.75rem; min-height: 1.75rem; font: inherit; font-weight: 600;
  color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-align: inherit; white-space: nowrap; }
th button::after { content: " ↕"; color: var(--soft); }
th[aria-sort=ascending] button::after { content: " ↑"; color: inherit; }
th[aria-sort=descending] button::after { content: " ↓"; color: inherit; }
td.yes { color: var(--right); } td.no { color: var(--wrong); }
@media (max-width: 30rem) { th, td { padding-right: .8rem; } .beside {
  grid-template-columns: minmax(0, 1fr); } }
"""
SORT = """
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    if (head.querySelector("a")) button.setAttribute("aria-label", "Sort by " + head.textContent);
    else button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => row.cells[place].dataset.v ?? row.cells[place].textContent;
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => value(a).localeCompare(value(b), undefined, { numeric: true }));
      table.tBodies[0].append(...(up ? rows : rows.reverse()));
    });
  });
}
"""
HASH = base64.b64encode(hashlib.sha256(SORT.encode()).digest()).decode()


def page(title, body, wide=False, sorts=False):
    script = f"; script-src 'sha256-{HASH}'" if sorts else ""
    policy = f"default-src 'none'; style-src 'unsafe-inline'{script}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body{' class="wide"' if wide else ""}>
<main>
{body}
</main>{f"<script>{SORT}</script>" if sorts else ""}
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


def table(caption, columns, rows, numbers=(), sortable=False):
    """An HTML table; rows of HTML, the first cell of each is its heading.

    A cell may be (HTML, text to sort by, class) in place of HTML.
    """
    css = ["n" if n in numbers else "" for n in range(len(columns))]
    heads = zip(css, columns, strict=True)
    head = "".join(f'<th scope="col"{attribute("class", c)}>{t}</th>' for c, t in heads)
    lines = []
    for row in rows:
        cells = [one if isinstance(one, tuple) else (one, None, "") for one in row]
        made = []
        for place, (text, value, kind) in enumerate(cells):
            tag = 'th scope="row"' if place == 0 else "td"
            kind = " ".join(filter(None, [css[place] if place else "", kind]))
            value = "" if value is None else f' data-v="{escape(str(value), quote=True)}"'
            made.append(f"<{tag}{attribute('class', kind)}{value}>{text}</{tag[:2]}>")
        lines.append(f"<tr>{''.join(made)}</tr>")
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table{attribute('class', 'sortable' if sortable else '')}>"
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def attribute(name, value):
    return f' {name}="{value}"' if value else ""


def of_text(points, of):
    return f"{number(points)} of {number(of)}" if of else "–"


def date_of(book):
    return escape(book.when[:16].replace("T", " "))


def joined(parts):
    return "\n".join(part for part in parts if part)


# ------------------------------------------------------------------------------ for a learner
def student(book, student, people):
    name = people.name(student)
    points, of = book.total(student)
    parts = [f"<h1>Marks of {escape(name)}</h1>"]
    if of:
        parts.append(f"<p>{number(points)} of {number(of)} points in what was graded.</p>")
    others = [one for one in book.by_student[student] if one["status"] != GRADED]
    parts.append(steps(book, student, others, people))
    for lesson in book.lessons(student):
        parts += lesson_part(book, student, lesson, people)
    parts.append(f'<p class="soft">Graded {date_of(book)}.</p>')
    return page(f"Marks of {name}", joined(parts))


def steps(book, student, others, people):
    """The box at the top: first what could not be graded, then the exercises to go back to."""
    items = []
    for outcome in others:
        name = code(people.file(outcome) or "What you handed in")
        if outcome["status"] == FAILED:
            text = f"{name} could not be graded because the grader failed. That is not your fault"
            items.append(f"{text}, and costs no points: your instructor sees it too.")
        elif outcome["path"] == "-":
            items.append(outcome["reason"])
        else:
            items.append(f"{name} was not graded. {outcome['reason']}")
    for lesson in book.lessons(student):
        for mark in book.marks(student, lesson):
            done = mark["verdict"] in ("right", "not graded", "by hand", "to be marked")
            if not done and mark["final"] < mark["of"]:
                items.append(next_step(book, mark))
    if not items:
        return '<div class="next"><p>Everything is right. On to the next lesson.</p></div>'
    return box("What to do next", items)


def box(title, items):
    shown = "".join(f"<li>{rich(item)}</li>" for item in items)
    return f'<div class="next"><h2>{title}</h2><ol>{shown}</ol></div>'


def lesson_part(book, student, lesson, people):
    points, of = book.total(student, lesson)
    outcome = book.lessons(student)[lesson]
    yield f"<h2>{lesson_title(book, lesson)}: {number(points)} of {number(of)} points</h2>"
    if outcome:
        if people.file(outcome):
            yield f'<p class="soft">From the file {rich(code(outcome["path"]))}.</p>'
        late = book.lateness(student, lesson)
        if late.share:
            yield f"<p>{escape(late.says)}</p>"
        for remark in outcome.get("remarks", ()):
            yield f"<p>{rich(remark)}</p>"
    for mark in book.marks(student, lesson):
        sign = says(mark["verdict"])[0]
        side = {"✓": "right", "✗": "wrong"}.get(sign, "open")
        first, *rest = feedback(mark) or [""]
        where = f"{number(mark['final'])} of {number(mark['of'])} points"
        yield f'<section class="exercise {side}">'
        yield f"<h3>{escape(mark['id'])} {escape(mark['title'])}</h3>"
        yield f'<p><span class="verdict">{sign} {rich(first)}</span> {where}.</p>'
        yield from (f"<p>{rich(sentence)}</p>" for sentence in rest)
        yield "</section>"


def lesson_title(book, lesson):
    title = book.settings.names.get(lesson, "").replace("_", " ")[3:].capitalize()
    return f"Lesson {escape(lesson)} {escape(title)}".strip()


def title_of(book, id):
    return (
        book.specs[id].title
        if id in book.specs
        else book.rubric.titles.get(id) or ("In your own words")
    )


# ------------------------------------------------------------------------------ for who teaches
def index(book, before, people, items, alike):
    counts = book.statuses()
    told = ", ".join(f"{n} {status}" for status, n in counts.items())
    parts = [
        "<h1>Marks of all learners</h1>",
        f"<p>{len(book.outcomes)} submissions: {told}.</p>",
        needs_you(book, counts, people, items, alike),
        not_graded(book, people),
        "<h2>Learners</h2>",
        learners(book, people),
        *exercises(book, people, items),
        *changes(book, before, people),
        "<h2>Submissions</h2>",
        submissions(book, people),
        aside(book),
        "<h2>To grade again</h2>",
        f"<p>The same random cases come again with <code>--seed {book.settings.seed}</code>. Marks "
        "given by hand stand in <code>overrides.csv</code>, a line each, like "
        "<code>ada,05.2,3,told me in person</code>; they outlast every run.</p>",
        f'<p class="soft">Graded {date_of(book)}, '
        f"{'without' if book.settings.trusted else 'in'} a sandbox"
        f"{', with random cases of their own for each learner' if book.notes.per_learner else ''}"
        ".</p>",
    ]
    return page("Marks of all learners", joined(parts), wide=True, sorts=True)


def link(people, student):
    return f'<a href="{people.page(student)}">{escape(people.name(student))}</a>'


def linked(people, students, above=""):
    """Links to learners' pages; the rest of a long row is folded away."""
    made = [
        f'<a href="{above}{people.page(student)}">{escape(people.name(student))}</a>'
        for student in students
        if student in people.names
    ]
    shown = ", ".join(made[:WIDEST])
    if len(made) > WIDEST:
        more = ", ".join(made[WIDEST:])
        shown += f"<details><summary>and {len(made) - WIDEST} more</summary>{more}</details>"
    return shown


def needs_you(book, counts, people, items, alike):
    """The box at the top for who teaches: what a person must look at."""
    found = []
    if counts[FAILED]:
        found.append(
            f"{counts[FAILED]} could not be graded because the grader failed. Grade again; if that "
            "does not help, mark them by hand and report the reason given below."
        )
    if counts[REJECTED]:
        found.append(
            f"{counts[REJECTED]} rejected: the reason stands below and on the learner's page. They "
            "have no points yet, which is not 0 points."
        )
    found += [hidden(remark, people) for remark in book.notes.remarks]
    if book.unused:
        names = "; ".join(book.unused)
        found.append(f"Overrides for learners who are not in this folder: {names}.")
    unknown = [s for (s, lesson), late in book.late.items() if late.unknown and book.deadlines]
    if unknown:
        names = ", ".join(sorted({people.name(s) for s in unknown})[:WIDEST])
        found.append(
            f"When {len(unknown)} handed in is not known, so nothing was taken for lateness: "
            f"{names}. Write it into `deadlines.csv`, column `handed in`."
        )
    waiting = {}
    for marks in book.all_marks.values():
        for mark in marks:
            if mark["verdict"] == "to be marked":
                waiting[mark["id"]] = waiting.get(mark["id"], 0) + 1
    made = [f"<li>{rich(item)}</li>" for item in found]
    made += [
        f'<li>{n} of <a href="exercises/{escape(id)}.html">{escape(id)} '
        f"{escape(title_of(book, id))}</a> {'waits' if n == 1 else 'wait'} for a mark.</li>"
        for id, n in sorted(waiting.items())
    ]
    if alike:
        pairs = "pair of notebooks is" if len(alike) == 1 else "pairs of notebooks are"
        made.append(
            f'<li><a href="similarity.html">{len(alike)} {pairs} alike</a> in more than short '
            "answers are by themselves.</li>"
        )
    odd = [i for i in items.values() if i.discrimination is not None and i.discrimination < -0.1]
    made += [
        f'<li><a href="exercises/{item.id}.html">{item.id} {escape(title_of(book, item.id))}</a>: '
        "who is better at the rest of the lesson is worse here. Is its task understood?</li>"
        for item in odd
    ]
    if not made:
        return ""
    shown = "".join(made)
    return f'<div class="next"><h2>What needs you</h2><ol>{shown}</ol></div>'


def hidden(text, people):
    """A remark without the names, where marking is anonymous."""
    if not people.anonymous:
        return text
    for student in sorted(people.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(student)}(?!\w)", people.name(student), text)
    return text


def not_graded(book, people):
    rows = [
        [
            person(people, o),
            escape(hidden(o["reason"], people)),
            *(escape(o["status"]), escape(o["lesson"]), file_text(people, o)),
        ]
        for o in book.outcomes
        if o["status"] != GRADED
    ]
    if not rows:
        return ""
    columns = ["Learner", "Why", "Status", "Lesson", "File"]
    rows.sort(key=lambda row: (row[2], row[3]))
    return "<h2>Not graded</h2>" + table(
        "What could not be graded, and why", columns, rows, sortable=True
    )


def person(people, outcome):
    if outcome["student"] in people.names:
        return link(people, outcome["student"])
    return escape(outcome["student"])


def file_text(people, outcome):
    path = people.file(outcome)
    return "–" if path in ("-", "") else rich(code(path))


def learners(book, people):
    """Points by lesson; for a single lesson, by exercise too."""
    lessons = book.all_lessons()
    groups = any(book.group(student) for student in book.students())
    ids = exercise_ids(book, lessons[0]) if len(lessons) == 1 else []
    rows = []
    for student in sorted(book.students(), key=people.name):
        mine = book.lessons(student)
        row = [link(people, student)]
        row += [escape(book.group(student))] if groups else []
        row += exercise_cells(book, student, lessons[0], ids) if ids else []
        for lesson in lessons if not ids else ():
            row.append(total_cell(book, student, lesson) if lesson in mine else ("–", -1, ""))
        points, of = book.total(student)
        row.append((of_text(points, of) + late_sign(book, student), points if of else -1, ""))
        rows.append(row)
    heads = [f'<a href="exercises/{id}.html">{id}</a>' for id in ids] or [
        f'<a href="lessons/{n}.html">Lesson {escape(n)}</a>' for n in lessons
    ]
    if not lessons:
        heads = []
    columns = ["Learner", *(["Group"] if groups else []), *heads, "All"]
    numbers = range(1 + groups, len(columns))
    what = "Points by exercise" if ids else "Points by lesson"
    note = legend() if ids else ""
    return note + table(what, columns, rows, numbers, sortable=True)


def legend():
    return '<p class="soft">✓ right, ✗ not right, ○ not started; the number is the points.</p>'


def exercise_ids(book, lesson):
    ids = [id for id in book.specs if id[:2] == lesson]
    return ids + [id for id in book.rubric.exercises if id[:2] == lesson]


def exercise_cells(book, student, lesson, ids):
    if lesson not in book.lessons(student):
        return [("–", -1, "")] * len(ids)
    marks = {mark["id"]: mark for mark in book.marks(student, lesson)}
    cells = []
    for id in ids:
        mark = marks.get(id)
        if mark is None:
            cells.append(("–", -1, ""))
            continue
        sign = says(mark["verdict"])[0]
        kind = {"✓": "yes", "✗": "no"}.get(sign, "")
        points = "" if mark["verdict"] == "to be marked" else f"\u00a0{number(mark['final'])}"
        cells.append((sign + points, mark["final"], kind))
    return cells


def total_cell(book, student, lesson):
    points, of = book.total(student, lesson)
    late = " late" if book.lateness(student, lesson).share else ""
    return of_text(points, of) + late, points, ""


def late_sign(book, student):
    return " late" if any(book.lateness(student, n).share for n in book.lessons(student)) else ""


def matrix(book, lesson, people):
    """The page of a lesson: a row for each learner, a column for each exercise."""
    ids = exercise_ids(book, lesson)
    rows = []
    for student in sorted(book.students(), key=people.name):
        if lesson in book.lessons(student):
            link = f'<a href="../{people.page(student)}">{escape(people.name(student))}</a>'
            row = [link, *exercise_cells(book, student, lesson, ids)]
            rows.append([*row, total_cell(book, student, lesson)])
    heads = [f'<a href="../exercises/{id}.html">{id}</a>' for id in ids]
    columns = ["Learner", *heads, "All"]
    parts = [
        '<p><a href="../index.html">All marks</a></p>',
        f"<h1>{lesson_title(book, lesson)}</h1>",
        f"<p>{len(rows)} learners.</p>{legend()}",
        table("Points by exercise", columns, rows, range(1, len(columns)), sortable=True),
    ]
    title = f"{lesson_title(book, lesson)}: points"
    return page(title, joined(parts), wide=True, sorts=True)


def exercises(book, people, items):
    rows = [
        [
            f'<a href="exercises/{id}.html">{escape(id)} {escape(title_of(book, id))}</a>',
            (f"{item.right} of {item.number}", item.right / item.number, ""),
            (f"{100 * item.facility:.0f}%", item.facility, ""),
            (two_digits(item.discrimination), item.discrimination or 0, ""),
        ]
        for id, item in items.items()
    ]
    if not rows:
        return
    yield "<h2>Exercises</h2>"
    yield (
        '<p class="soft">Facility: the mean share of the points. Discrimination: how far the '
        "points go along with those of the lesson's other exercises, from −1 to 1; below 0.2 an "
        "exercise says little about who understood the rest.</p>"
    )
    columns = ["Exercise", "Right", "Facility", "Discrimination"]
    yield table("How hard each exercise was, and how telling", columns, rows, (1, 2, 3), True)
    seen = [
        (len(students), id, n, name, students)
        for id, item in items.items()
        for n, (name, _, students) in enumerate(item.mistakes, start=1)
    ]
    if seen:
        yield "<h2>Mistakes made most often</h2>"
        yield "<ol>"
        for count, id, n, name, students in sorted(seen, key=lambda row: -row[0])[:MISTAKES]:
            more = f" and {count - 5} more" if count > 5 else ""
            yield (
                f'<li><a href="exercises/{id}.html#mistake-{n}">{escape(name)}</a> in '
                f"{escape(id)}, {count} times: {linked(people, students[:5])}{more}</li>"
            )
        yield "</ol>"


def two_digits(value):
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def changes(book, before, people):
    if not before:
        return
    rows = [
        [escape(people.name(row["student"])), *(escape(str(row[c])) for c in list(row)[1:])]
        for row in book.changes(before)
    ]
    when = str(before.get("when", "the run before"))[:16].replace("T", " ")
    yield f"<h2>Changed since {escape(when)}</h2>"
    columns = ["Learner", "What", "Before", "Now"]
    yield table("Points and submissions", columns, rows) if rows else "<p>Nothing.</p>"


def submissions(book, people):
    rows = [
        [
            person(people, o),
            *(file_text(people, o), escape(o["lesson"]), escape(o["status"])),
            escape(o.get("when", "")[:16].replace("T", " ")) or "–",
            (f"{o['seconds']:.1f} s", o["seconds"], ""),
        ]
        for o in book.outcomes
        if o["status"] == GRADED
    ]
    if not rows:
        return "<p>None was graded.</p>"
    columns = ["Learner", "File", "Lesson", "Status", "Handed in", "Took"]
    caption = "Every submission that was graded"
    made = table(caption, columns, rows, (5,), sortable=True)
    return f"<details><summary>{len(rows)} graded</summary>{made}</details>"


def aside(book):
    rows = [[rich(code(path)), escape(why)] for path, why in book.notes.aside]
    if not rows:
        return ""
    made = table("Files and folders that are nobody's submission", ["What", "Why"], rows)
    return f"<details><summary>{len(rows)} other files and folders</summary>{made}</details>"


def exercise(book, id, rows, people, item):
    """The page of an exercise: all answers side by side, equal ones together, mistakes first."""
    parts = [
        '<p><a href="../index.html">All marks</a></p>',
        f"<h1>{escape(id)} {escape(title_of(book, id))}</h1>",
    ]
    if item:
        told = (
            f", discrimination {item.discrimination:.2f}" if item.discrimination is not None else ""
        )
        parts.append(
            f"<p>{item.right} of {item.number} have all points; facility "
            f"{100 * item.facility:.0f}%{told}.</p>"
        )
    if id in book.rubric.exercises:
        parts += texts(book, id, rows, people)
        return page(f"{id} {title_of(book, id)}", joined(parts), wide=True)
    names = [name for name, _, _ in item.mistakes] if item else []
    groups = {}
    for student, mark in rows:
        source = ((book.lessons(student)[id[:2]] or {}).get("answers") or {}).get(id, "")
        if mark["misconception"]:
            kind = 0, names.index(mark["misconception"][0]), mark["misconception"][0]
        else:
            order = {"✗": 1, "○": 3, "✓": 4}.get(says(mark["verdict"])[0], 2)
            kind = order, 0, says(mark["verdict"])[1]
        groups.setdefault(kind, {}).setdefault(normal(source), []).append((student, mark, source))
    for kind, answers in sorted(groups.items()):
        parts += answer_group(kind, answers, people, item)
    return page(f"{id} {title_of(book, id)}", joined(parts), wide=True)


def normal(source):
    """Code without comments at the ends of lines, empty lines and blanks at the ends."""
    lines = (re.sub(r"\s+#.*$|^#.*$", "", line).rstrip() for line in source.splitlines())
    return "\n".join(line for line in lines if line)


def answer_group(kind, answers, people, item):
    order, place, name = kind
    count = sum(len(some) for some in answers.values())
    anchor = f' id="mistake-{place + 1}"' if order == 0 else ""
    yield f"<h2{anchor}>{escape(name)}: {count}</h2>"
    if order == 0 and item:
        yield f"<p>{rich(item.mistakes[place][1])}</p>"
    if order == 3:
        students = [student for some in answers.values() for student, _, _ in some]
        yield f"<p>{linked(people, students, '../')}</p>"
        return
    ordered = sorted(answers.values(), key=lambda some: -len(some))
    made = []
    for some in ordered:
        _, mark, source = some[0]
        who = linked(people, [student for student, _, _ in some], "../")
        said = f"<p>{rich(mark['sentence'])}</p>" if mark["sentence"] and order == 1 else ""
        shown = (
            f'<pre tabindex="0">{escape(source)}</pre>'
            if source
            else ('<p class="soft">The answer is not known.</p>')
        )
        made.append(f"<div><p>{who}</p>{said}{shown}</div>")
    shown = f'<div class="beside">{"".join(made)}</div>'
    if order == 4 and len(made) > 6:
        yield f"<details><summary>{len(made)} different right answers</summary>{shown}</details>"
    else:
        yield shown


def texts(book, id, rows, people):
    """What was written in free text, each with its marks and the line to give one."""
    criteria = ", ".join(f"{name} ({number(of)})" for name, of in book.rubric.exercises[id])
    yield f"<p>Criteria: {escape(criteria)}.</p>"
    waiting = [people.name(s) for s, mark in rows if mark["verdict"] == "to be marked"]
    if waiting:
        what = [f"{id}/{name}" if name != "all" else id for name, _ in book.rubric.exercises[id]]
        lines = "\n".join(f"{quoted(name)},{quoted(w)},," for name in waiting for w in what)
        yield (
            "<details><summary>Lines for overrides.csv, to be filled in: points, then a comment"
            f'</summary><pre tabindex="0">student,exercise,points,reason\n{escape(lines)}</pre>'
            "</details>"
        )
    made = []
    for student, mark in rows:
        words = (book.lessons(student)[id[:2]] or {}).get("words", "")
        shown = (
            f'<pre class="text" tabindex="0">{escape(words)}</pre>'
            if words
            else ('<p class="soft">Nothing was written.</p>')
        )
        points = of_text(mark["final"], mark["of"])
        said = f"{says(mark['verdict'])[1]}: {points}. {mark['override']}"
        if mark["verdict"] == "to be marked":
            said = says(mark["verdict"])[1] + "."
        name = f'<a href="../{people.page(student)}">{escape(people.name(student))}</a>'
        made.append(f"<div><h2>{name}</h2><p>{escape(said)}</p>{shown}</div>")
    yield f'<div class="beside">{"".join(made)}</div>'


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if re.search('[",\n]', text) else text


def similarity(book, alike, people):
    """The page of notebooks that are alike, with their answers beside each other."""
    parts = [
        '<p><a href="index.html">All marks</a></p>',
        "<h1>Notebooks that are alike</h1>",
        "<p>Compared is the code of the answers, whatever names and comments stand in it; what was "
        "handed out, and what more than a tenth of the class has, counts for nothing. Short right "
        "answers are alike by themselves: this is a reason to look, and no proof.</p>",
    ]
    if not alike:
        parts.append("<p>None.</p>")
    for pair in alike:
        names = [
            escape(SOLUTION) if one == SOLUTION else escape(people.name(one))
            for one in (pair.first, pair.second)
        ]
        share = f"{100 * pair.share:.0f}%, {pair.number} fingerprints, lesson {pair.lesson}"
        made = "".join(
            f"<div><p>{escape(SOLUTION) if one == SOLUTION else link(people, one)}</p>"
            f'<pre tabindex="0">{escape(code_of(book, one, pair.lesson))}</pre></div>'
            for one in (pair.first, pair.second)
        )
        parts.append(
            f"<details><summary>{names[0]} and {names[1]}: {share}</summary>"
            f'<div class="beside">{made}</div></details>'
        )
    return page("Notebooks that are alike", joined(parts), wide=True)


def code_of(book, student, lesson):
    if student == SOLUTION:
        return "\n\n".join(book.settings.solutions.get(lesson, {}).values())
    outcome = book.lessons(student).get(lesson) or {}
    return "\n\n".join(outcome.get("answers", {}).values())
