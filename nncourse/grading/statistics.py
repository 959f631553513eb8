"""What the marks of a class say about its exercises: how hard, how telling, which mistakes."""

import math
from dataclasses import dataclass

FEW = 8  # learners; with fewer, a correlation says nothing


@dataclass(frozen=True)
class Item:
    """Statistics of one exercise.

    facility: the mean share of its points (1: everybody has all). discrimination: the correlation
    of its points with those of the lesson's other exercises, from -1 to 1; None where it cannot be
    told. mistakes: [(name, explanation, students)], the commonest first.
    """

    id: str
    number: int
    right: int
    started: int
    facility: float
    discrimination: float | None
    mistakes: tuple


def items(book):
    """{id: Item} of all exercises that were judged."""
    found = {}
    by_exercise = book.by_exercise()
    rest = {}  # (student, lesson): points of all its exercises
    for id, rows in by_exercise.items():
        for student, mark in rows:
            rest[student, id[:2]] = rest.get((student, id[:2]), 0) + mark["final"]
    for id, rows in by_exercise.items():
        rows = [(s, m) for s, m in rows if m["verdict"] not in ("to be marked", "not graded")]
        if not rows:
            continue
        own = [mark["final"] for _, mark in rows]
        others = [rest[student, id[:2]] - mark["final"] for student, mark in rows]
        found[id] = Item(
            id,
            len(rows),
            sum(mark["final"] == mark["of"] for _, mark in rows),
            sum(mark["verdict"] != "not started" for _, mark in rows),
            sum(own) / sum(mark["of"] for _, mark in rows),
            correlation(own, others),
            mistakes(rows),
        )
    return found


def mistakes(rows):
    found = {}
    for student, mark in rows:
        if mark["misconception"]:
            name, text = mark["misconception"]
            found.setdefault(name, (text, []))[1].append(student)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1][1]), item[0]))
    return tuple((name, text, tuple(students)) for name, (text, students) in ordered)


def correlation(x, y):
    """Pearson's r = Σ (x-x̄)(y-ȳ) / √(Σ (x-x̄)² Σ (y-ȳ)²); None for few or for constant numbers."""
    if len(x) < FEW:
        return None
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    across = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    size = math.sqrt(sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y))
    return across / size if size > 1e-12 else None
