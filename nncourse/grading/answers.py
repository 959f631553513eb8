"""What a notebook says for itself: the code of each answer, and what is written in free text."""

import re
from functools import cache
from pathlib import Path

import nnlib
from nncourse.grading.submissions import DEFINED, Rejected, read_cells, read_prose

ROOT = Path(nnlib.__file__).resolve().parents[1]
LONGEST = 8_000  # characters of one answer that are kept
OWN_WORDS = re.compile(r"^#{1,4}[ \t]*In your own words\b", re.MULTILINE | re.IGNORECASE)


def answers_of(data, marks):
    """{exercise: source of the cell that holds its answer}, of those that were started."""
    cells = read_cells(data)
    by_number = {cell.number: cell.source for cell in cells}
    found = {}
    for mark in marks:
        if mark["verdict"] == "not started":
            continue
        source = by_number.get(mark["cell"] or -1) or last_with(mark["name"], cells)
        if source:
            found[mark["id"]] = source[:LONGEST]
    return found


def last_with(name, cells):
    for cell in reversed(cells):
        if any(name in pair for pair in DEFINED.findall(cell.source[:LONGEST])):
            return cell.source
    return ""


def words_of(data, name):
    """What was written below "In your own words", without the text that was handed out."""
    prose, below = read_prose(data), []
    for place, text in enumerate(prose):
        if OWN_WORDS.search(text):
            below = prose[place:]
            break
    ours = handed_out(name)
    lines = [line for text in below for line in text.splitlines()]
    kept = [line for line in lines if line.strip() not in ours and not OWN_WORDS.match(line)]
    return "\n".join(kept).strip()[:LONGEST]


@cache
def handed_out(name):
    """The lines of prose in our notebook of this name."""
    try:
        data = (ROOT / "exercises" / f"{name}.ipynb").read_bytes()
    except OSError:
        return frozenset()
    return frozenset(line.strip() for text in read_prose(data) for line in text.splitlines())


def with_answers(outcome, data, settings):
    """The outcome of a graded submission with "answers" and "words"; whatever goes wrong here."""
    if not outcome["marks"]:
        return outcome
    name = settings.names.get(outcome["lesson"], "")
    try:
        return outcome | {
            "answers": answers_of(data, outcome["marks"]),
            "words": words_of(data, name),
        }
    except (Rejected, RecursionError, MemoryError):
        return outcome
