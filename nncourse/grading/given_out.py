"""What the course gave out: lessons, solutions, untouched exercises. It is never anybody's work."""

import functools
import re
from pathlib import Path

import nnlib
from nncourse.grading.submissions import CHECKED, Rejected, fingerprint, read_cells

ROOT = Path(nnlib.__file__).resolve().parents[1]
COURSE = {"lessons", "exercises", "solutions", "nnlib", "nncourse", "my", "docs", "tests", "bench"}


def what(item, cells):
    """What a notebook is that the course gave out, as "its own solution", or empty."""
    by_name = re.match(r"(\d\d)_", item.entry.name)
    for number in dict.fromkeys(filter(None, [item.lesson, by_name and by_name[1]])):
        digests, lesson_cells = notebooks(number)
        if item.digest in digests:
            return digests[item.digest]
        sources = {cell.source.strip() for cell in cells}
        text = "\n".join(cell.source for cell in cells)
        mostly = len(sources & lesson_cells) > 0.6 * max(len(lesson_cells), 4)
        if mostly and not any(id[:2] == number for id in CHECKED.findall(text)):
            return "the lesson, not its exercises"
    return ""


@functools.cache
def notebooks(number):
    """({fingerprint: what it is}, the code cells of the lesson) of the course's own notebooks."""
    whats = {
        "lessons": "the lesson, not its exercises",
        "solutions": "the course's own solution",
        "exercises": "the notebook as it was handed out, with no answer in it",
    }
    digests, lesson_cells = {}, set()
    for kind, what in whats.items():
        for path in (ROOT / kind).glob(f"{number}_*.ipynb"):
            try:
                cells = read_cells(path.read_bytes())
            except (Rejected, OSError):
                continue
            digests[fingerprint(cells)] = what
            if kind == "lessons":
                lesson_cells |= {cell.source.strip() for cell in cells}
    return digests, lesson_cells


def in_a_copy_of_the_course(item, items):
    """What a notebook is that lies in lessons/ or solutions/ of a copy of the course."""
    parts = item.entry.parts
    for depth, part in enumerate(parts[:-1]):
        if part in ("lessons", "solutions"):
            beside = {
                one.entry.parts[depth]
                for one in items
                if len(one.entry.parts) > depth and one.entry.parts[:depth] == parts[:depth]
            }
            if len(beside & COURSE) > 1:
                return "a notebook of the course, in its own folder"
        if part == "kept" and depth and parts[depth - 1] in ("exercises", "my"):
            return "an earlier version, which reset put aside"
    return ""


def in_course_folder(item):
    return any(part in ("lessons", "solutions", "kept") for part in item.entry.parts[:-1])
