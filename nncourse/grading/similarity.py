"""Which notebooks are alike in their code: winnowing (Schleimer, Wilkerson and Aiken, 2003).

Code becomes tokens in which every name and number is the same, so renaming hides nothing. Every K
tokens in a row are hashed; of every WINDOW hashes in a row the least is kept, so whatever is shared
over K + WINDOW - 1 tokens is found. What was handed out, and what much of the class has, counts for
nothing. Alike is not copied: a person looks.
"""

import io
import keyword
import re
import tokenize
import zlib
from collections import defaultdict
from dataclasses import dataclass

K, WINDOW = 12, 6  # tokens, hashes
COMMON = 0.1  # share of a class above which a fingerprint is everybody's
FEWEST = 8  # fingerprints that two notebooks must share
ALIKE = 0.5  # share of the smaller one's fingerprints
MOST = 200  # pairs that are shown
SOLUTION = "(the course's own solution)"


@dataclass(frozen=True)
class Pair:
    """Two that are alike: .share of the fingerprints of the one with fewer, .number of them."""

    first: str
    second: str
    lesson: str
    share: float
    number: int


def tokens(source):
    """The kinds of the tokens of Python code; of text that is none, its words."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                found.append(token.string if keyword.iskeyword(token.string) else "n")
            elif token.type == tokenize.NUMBER:
                found.append("1")
            elif token.type == tokenize.STRING:
                found.append("s")
            elif token.type == tokenize.OP:
                found.append(token.string)
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return re.findall(r"\w+|[^\w\s]", source)
    return found


def fingerprints(source):
    """The hashes of a piece of code that winnowing keeps."""
    kinds = tokens(source)
    hashes = [zlib.crc32(" ".join(kinds[at : at + K]).encode()) for at in range(len(kinds) - K + 1)]
    if len(hashes) <= WINDOW:
        return set(hashes[:1]) if hashes else set()
    return {min(hashes[at : at + WINDOW]) for at in range(len(hashes) - WINDOW + 1)}


def pairs(by_student, lesson, given_out="", solution=""):
    """The Pairs of a lesson, most alike first. by_student is {student: its code}."""
    ours = fingerprints(given_out)
    prints = {student: fingerprints(code) - ours for student, code in by_student.items()}
    holders = defaultdict(list)
    for student, some in prints.items():
        for one in some:
            holders[one].append(student)
    most = max(3, COMMON * len(prints))
    common = {one for one, students in holders.items() if len(students) > most}
    prints = {student: some - common for student, some in prints.items()}
    shared = defaultdict(int)
    for one, students in holders.items():
        if one not in common:
            for place, first in enumerate(students):
                for second in students[place + 1 :]:
                    shared[first, second] += 1
    model = fingerprints(solution) - ours - common
    for student, some in prints.items():
        if number := len(some & model):
            shared[student, SOLUTION] = number
    prints[SOLUTION] = model
    found = []
    for (first, second), number in shared.items():
        share = number / min(len(prints[first]), len(prints[second]))
        if number >= FEWEST and share >= ALIKE:
            found.append(Pair(first, second, lesson, share, number))
    return sorted(found, key=lambda pair: (-pair.share, -pair.number, pair.first))[:MOST]
