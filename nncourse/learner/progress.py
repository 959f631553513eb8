"""The learner's points: one local JSON file, and progress(), the map of it.

The file is progress.json in my/, at the top of the course where there is no my/, or the one that
NNLIB_PROGRESS names ("off": no file). It is read, merged and replaced as a whole under a lock, so
two kernels do not undo each other, and a crash leaves the old file or the new one. What cannot be
read is kept aside, with date; all else in the file counts.
"""

import argparse
import contextlib
import html
import json
import os
import shutil
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from nncourse import exercises, files
from nncourse.learner.badge import SIGNS

ROOT = Path(__file__).resolve().parents[2]
VERSION = 1
LOCK_SECONDS = 5.0
BAR = 20  # characters


def location():
    """Where progress is kept; None when it is not: NNLIB_PROGRESS is "off", or in solutions/."""
    chosen = os.environ.get("NNLIB_PROGRESS", "").strip()
    if chosen.lower() == "off" or (not chosen and Path.cwd().name == "solutions"):
        return None
    if chosen:
        return Path(chosen).expanduser()
    if (ROOT / "my").is_dir():
        return ROOT / "my" / "progress.json"
    # an installed copy of nnlib has no course around it: then the folder that Jupyter runs in
    return (ROOT if (ROOT / "exercises").is_dir() else Path.cwd()) / "progress.json"


def record(exercise, verdict):
    """Store a verdict; None if that worked, else a sentence. Points once earned are kept.

    verdict may be None: then nothing could be checked, and nothing is stored.
    """
    path = location()
    if path is None or verdict is None or verdict.not_started:
        return None
    try:
        with locked(path):
            entries, lost = read(path)
            aside = keep_aside(path) if lost else None
            entry = entries.setdefault(exercise.id, {"points": 0, "tries": 0})
            entry["points"] = max(entry["points"], verdict.points)
            entry["tries"] += 1
            if verdict.right:
                entry.setdefault("done", datetime.now().strftime("%Y-%m-%d"))
            write(path, entries)
    except (OSError, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"Your points could not be stored in {path.name}: {reason}. Only that is lost."
    return f"{lost} It is kept as {aside.name}." if lost else None


def read(path):
    """({id: {"points", "tries", "done"}}, what could not be read, as a sentence, or "").

    Good entries are kept, whatever stands beside them; of two sides of a merge the better counts.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}, ""
    sides = [side for side in sides_of(decoded(data)) if side is not None]
    if not sides:
        return {}, f"{path.name} could not be read, so counting starts again."
    entries, bad = {}, {}
    for side in sides:
        for id, entry in side.items():
            try:
                merge(entries, id, checked(entry))
            except (ValueError, KeyError, TypeError, AttributeError):
                bad[str(id)[:20]] = True
    if bad:
        names = ", ".join(list(bad)[:5]) + (", ..." if len(bad) > 5 else "")
        return entries, f"In {path.name} the entry of {names} could not be read."
    if len(sides) > 1:
        return entries, f"{path.name} held the two sides of a merge: the better of each counts."
    return entries, ""


def decoded(data):
    """Text of UTF-8, with or without a mark, or of UTF-16, as editors on Windows may save it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", "replace")
    return data.decode("utf-8-sig", "replace")


def sides_of(text):
    """The entries of a file, or of both sides where git left its conflict markers; None: unread."""
    yield entries_of(text)
    if "<<<<<<<" in text:
        for unwanted in ("ours", "theirs"):
            kept, state = [], "both"
            for line in text.splitlines():
                if line.startswith("<<<<<<<"):
                    state = "ours"
                elif line.startswith("|||||||"):
                    state = "base"
                elif line.startswith("=======") and state != "both":
                    state = "theirs"
                elif line.startswith(">>>>>>>"):
                    state = "both"
                elif state in ("both", "ours" if unwanted == "theirs" else "theirs"):
                    kept.append(line)
            yield entries_of("\n".join(kept))


def entries_of(text):
    try:
        entries = json.loads(text)["exercises"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return entries if isinstance(entries, dict) else None


def merge(entries, id, entry):
    known = entries.setdefault(id, entry)
    known["points"] = max(known["points"], entry["points"])
    known["tries"] = max(known["tries"], entry["tries"])
    if entry.get("done"):
        known.setdefault("done", entry["done"])


def checked(entry):
    """An entry with the two numbers that are counted with; ValueError if its points are none."""
    points, tries = whole(entry["points"]), entry.get("tries")
    try:
        tries = whole(tries)
    except ValueError:
        tries = 1  # points say that it was tried
    return dict(entry) | {"points": points, "tries": tries}


def whole(number):
    """3 and 3.0 as 3; ValueError for what is not a whole number from 0 on."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(f"{number!r} is not a number")
    if not 0 <= number < 1e9 or number != int(number):
        raise ValueError(f"{number!r} is not a whole number from 0 on")
    return int(number)


def keep_aside(path):
    """A copy of a file that cannot be read: progress.json.unreadable-2026-11-25-083012."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.unreadable-{stamp}-{number}")
    shutil.copyfile(path, aside)
    return aside


def write(path, entries):
    """Replace the file as a whole. What a killed process left beside it goes: we hold the lock."""
    for leftover in files.leftovers(path):
        leftover.unlink(missing_ok=True)
    text = json.dumps({"version": VERSION, "exercises": entries}, indent=1, sort_keys=True)
    files.replace(path, text + "\n")


@contextlib.contextmanager
def locked(path):
    """One process at a time: a lock on progress.json.lock, which the system lifts after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a+b") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while not files.take_lock(file):
            if time.monotonic() > deadline:
                raise TimeoutError("another notebook holds the file")
            time.sleep(0.02)
        try:
            yield
        finally:
            files.release_lock(file)


def progress():
    """The map of lessons and points, to show at the end of a cell."""
    path = location()
    entries, remark = {}, ""
    if path is None:
        remark = "Points are not stored here."
    else:
        try:
            entries, lost = read(path)
            remark = f"{lost} The next check() keeps a copy of it." if lost else ""
        except OSError as error:
            remark = f"{path.name} could not be read: {error.strerror or error}."
    return Map(entries, remark)


class Map:
    """What progress() returns: .points, .of and .rows; a table in a notebook, lines elsewhere."""

    def __init__(self, entries, remark=""):
        self.remark = remark
        self.rows = []  # (lesson, title, [(exercise, points, tries)])
        for number in exercises.lessons():
            module = exercises.lesson(number)
            done = [(one, *earned(entries.get(one.id), one)) for one in module.EXERCISES]
            self.rows.append((number, module.TITLE, done))

    @property
    def points(self):
        return sum(points for _, _, done in self.rows for _, points, _ in done)

    @property
    def of(self):
        return sum(exercise.points for _, _, done in self.rows for exercise, _, _ in done)

    def next(self):
        """What to do next: the first unfinished exercise from the furthest one tried on.

        Behind it there may be none: then the first of all that is unfinished. None: all is done.
        """
        every = [one for _, _, done in self.rows for one in done]
        furthest = max((i for i, (_, _, tries) in enumerate(every) if tries), default=0)
        for exercise, points, _ in every[furthest:] + every[:furthest]:
            if points < exercise.points:
                return exercise
        return None

    def next_sentence(self):
        exercise = self.next()
        if exercise is None:
            return "Every exercise is done."
        return f"Next: {exercise.id} {exercise.title}, about {exercise.minutes} minutes."

    def __repr__(self):
        width = max((len(title) for _, title, _ in self.rows), default=0)
        lines = [f"{self.points} of {self.of} points"]
        for number, title, done in self.rows:
            got, of = total(done)
            full = round(BAR * got / of)
            signs = "".join(sign(*one) for one in done)
            bar = "█" * full + "·" * (BAR - full)
            lines.append(f"{number} {title:<{width}} {bar} {got:>3} of {of:<3} {signs}".rstrip())
        lines += [self.next_sentence(), self.remark]
        return "\n".join(line for line in lines if line)

    def _repr_html_(self):
        rows = "".join(row_html(*row) for row in self.rows)
        remark = f"<p>{html.escape(self.remark)}</p>" if self.remark else ""
        after = self.next()
        step = html.escape(self.next_sentence())
        if after is not None:
            step = link("exercises", after.lesson, step, anchor(after))
        number, title, _ = self.rows[-1]
        goal = link("lessons", number, f"{number} {html.escape(title)}")
        return (
            f"{STYLE}<div class='nnlib-progress'><p><b>{self.points} of {self.of} points</b>. "
            f"The goal: {goal}, where your own answers, collected, read digits.</p><p>{step}</p>"
            "<table><thead><tr><th>Lesson</th><th>Exercises</th><th>Points</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>{remark}</div>"
        )


def earned(entry, exercise):
    """(points, tries) of a stored entry, which may be of an older version of the exercise."""
    if entry is None:
        return 0, 0
    return min(entry["points"], exercise.points), entry["tries"]


def total(done):
    return sum(points for _, points, _ in done), sum(one.points for one, _, _ in done)


def sign(exercise, points, tries):
    state = "right" if points == exercise.points else "wrong" if tries else "open"
    return SIGNS[state][0]


def link(folder, number, words, fragment=""):
    """Words that lead to a notebook, from lessons/, exercises/ and my/ alike."""
    found = sorted(ROOT.glob(f"{folder}/{number}_*.ipynb"))
    if not found:
        return words
    address = quote(f"../{folder}/{found[0].name}") + (f"#{quote(fragment)}" if fragment else "")
    return f"<a href='{address}'>{words}</a>"


def anchor(exercise):
    """The heading of an exercise, as JupyterLab names it: Exercise-05.2:-The-title."""
    return f"Exercise {exercise.id}: {exercise.title}".replace(" ", "-").replace("`", "")


def row_html(number, title, done):
    got, of = total(done)
    marks = "".join(
        f"<span class='{state}' title='{html.escape(one.title, quote=True)}'>"
        + link("exercises", number, f"{sign(one, points, tries)} {one.id}", anchor(one))
        + "</span>"
        for one, points, tries in done
        for state in ["done" if points == one.points else "tried" if tries else "open"]
    )
    lesson = link("lessons", number, f"{number} {html.escape(title)}")
    name = f"Points of lesson {number}"
    meter = f"<meter min='0' max='{of}' value='{got}' aria-label='{name}'></meter>"
    return f"<tr><td>{lesson}</td><td>{marks}</td><td>{meter} {got} of {of}</td></tr>"


# colours with a contrast of 4.5 and more, and a sign for each state: not by colour alone
RIGHT, WRONG = SIGNS["right"][1], SIGNS["wrong"][1]
STYLE = f"""<style>
.nnlib-progress table td, .nnlib-progress table th {{
  text-align: left !important; vertical-align: middle !important;
}}
.nnlib-progress td span {{
  background: #fff; border: 2px solid #5c6470; border-radius: 4px; display: inline-block;
  margin: 2px 3px; white-space: nowrap;
}}
.nnlib-progress td span a {{ color: #24292f !important; display: block; padding: 2px 6px; }}
.nnlib-progress td span.done {{ background: {RIGHT}; border-color: {RIGHT}; }}
.nnlib-progress td span.done a {{ color: #fff !important; }}
.nnlib-progress td span.tried {{ border-color: {WRONG}; }}
</style>"""


def main(arguments=None):
    """python -m nncourse progress"""
    argparse.ArgumentParser(
        prog="python -m nncourse progress", description=progress.__doc__
    ).parse_args(arguments)
    print(progress())
    return 0
