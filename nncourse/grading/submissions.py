"""One file that was handed in: its bytes, its cells, the lesson that it belongs to.

Nothing is repaired and nothing is run. What cannot be graded is Rejected with a sentence for its
author. Whose file it is, is told by layouts.py.
"""

import ast
import hashlib
import importlib
import json
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from nncourse.grading import archives

MAX_FILE = 30_000_000  # bytes
MAX_CELLS = 2_000
MAX_SOURCE = 1_000_000  # characters of all cells together that are looked through for names


class Rejected(Exception):
    """A submission that cannot be graded; the message tells its author why, and what to do."""


@dataclass(frozen=True)
class Submission:
    """One file of one learner, or of several who worked together.

    .reason says why it cannot be graded, else it is empty. .when is the time at which the system
    that collected it says it came, as ISO 8601, or empty; .late: that system calls it late.
    .source is where its bytes are: a path, then the members of archives one inside the other; empty
    for the file `path` below the folder.
    """

    student: str
    path: str  # from the top of the folder, printable
    data: bytes = b""
    reason: str = ""
    others: tuple = ()
    when: str = ""
    late: bool = False
    source: tuple = ()


@dataclass(frozen=True)
class Cell:
    """A code cell: .number counts all cells of the notebook from 1."""

    number: int
    source: str
    grade_id: str = ""


def read(submission, folder):
    """The submission with the contents of its file, or with the reason why they cannot be had."""
    if submission.reason:
        return submission
    source = submission.source or (str(Path(folder, submission.path)),)
    try:
        return replace(submission, data=contents(source))
    except Rejected as rejected:
        return replace(submission, reason=str(rejected))


def contents(source):
    """The bytes at a Submission's .source; Rejected when they cannot be had."""
    path, *members = source
    try:
        if members:
            return archives.member(path, members, MAX_FILE)
        # a link is not followed, and no pipe is waited for
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        if os.path.islink(path):
            raise Rejected("The file is a link to somewhere else: hand in the notebook itself.")
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Rejected(
                    "This is a folder, or not an ordinary file: hand in the notebook itself."
                )
            if about.st_size > MAX_FILE:
                raise Rejected(too_large(about.st_size))
            return file.read()
    except IsADirectoryError:
        raise Rejected("This is a folder: hand in the notebook itself.") from None
    except archives.NotOpened as error:
        raise Rejected(str(error)) from None
    except OSError as error:
        raise Rejected(
            f"The file cannot be read: {error.strerror or error}. The person who grades makes it "
            "readable, or asks for it again."
        ) from None


def too_large(size):
    return (
        f"The file has {size / 1e6:.0f} MB, at most {MAX_FILE / 1e6:.0f} MB are taken. Choose "
        "Edit, Clear Outputs of All Cells, and if it has explorers also untick Settings, Save "
        "Widget State Automatically; restart the kernel, save and hand in again."
    )


# ---------------------------------------------------------------------------- inside a notebook
def read_cells(data):
    """The code cells of a notebook of format 3 or 4; Rejected says why there are none."""
    cells = []
    for number, cell in enumerate(raw_cells(parse(data)), start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = source_of(cell)
            if source.strip():
                cells.append(Cell(number, source, grade_id(cell)))
    if not cells:
        raise Rejected("There is no code in this notebook. Was it saved after you worked in it?")
    if len(cells) > MAX_CELLS:
        raise Rejected(
            f"The notebook has {len(cells):,} code cells, at most {MAX_CELLS:,} are run."
        )
    return cells


def read_prose(data):
    """The texts of the Markdown and raw cells; none when it cannot be read as a notebook."""
    try:
        cells = raw_cells(parse(data))
    except Rejected:
        return []
    cells = [cell for cell in cells if isinstance(cell, dict)]
    return [source_of(cell) for cell in cells if cell.get("cell_type") != "code"]


def source_of(cell):
    source = cell.get("source") or cell.get("input")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def parse(data):
    if not data.strip():
        raise Rejected("The file is empty: save the notebook (Ctrl+S), then hand it in again.")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Rejected(what_it_is(data, error)) from None
    if not isinstance(notebook, dict) or not {"cells", "nbformat", "worksheets"} & notebook.keys():
        raise Rejected("This file is JSON, but not a notebook: hand in the file from exercises/.")
    return notebook


def what_it_is(data, error):
    """A sentence about a file that is not JSON in UTF-8: what it is, and what to do."""
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0\0\0\0" in (data[:8:2], data[1:8:2]):
        return (
            "The file is text in UTF-16, as Windows' Notepad saves it when it is told Unicode: a "
            "notebook is UTF-8. Hand in the file as JupyterLab saved it."
        )
    if re.search(rb"^(<<<<<<< |=======\r?$|>>>>>>> )", data, re.MULTILINE):
        return (
            "Git's conflict markers (<<<<<<< and >>>>>>>) stand in this file: two versions were "
            "merged. `python -m nncourse reset 05` gives a new copy and keeps this one; bring the "
            "answers over from it with a text editor, and hand in the new one."
        )
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<")):
        return (
            "This is a web page, not the notebook: the page that shows it was saved. In JupyterLab "
            "choose File, Download, and hand in that file."
        )
    if start.startswith(b"%pdf"):
        return "This is a PDF, which cannot be run: hand in the notebook itself."
    if data[:2] == b"PK":
        return "This is a zip archive under another name: hand in the notebook that is inside."
    if data[:2] == b"\x1f\x8b":
        return "This is a compressed file under another name: hand in the notebook itself."
    what = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return (
        f"This is not a notebook, or it is damaged ({what[:120]}). Open it in JupyterLab: "
        "if it opens, save it and hand it in again."
    )


def raw_cells(notebook):
    version = notebook.get("nbformat")
    if version == 3 and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        lists = [sheet.get("cells") for sheet in sheets]
        cells = [cell for some in lists if isinstance(some, list) for cell in some]
    elif version == 4 and not isinstance(version, bool):
        cells = notebook.get("cells")
    elif isinstance(version, str) and version.strip() in ("3", "4"):
        raise Rejected(
            f'The file gives its format as the text "{version.strip()}", and a notebook gives it '
            f'as a number: another program wrote it. In a text editor change "nbformat": '
            f'"{version.strip()}" to "nbformat": {version.strip()}, then open it in JupyterLab, '
            "save it and hand it in again."
        )
    else:
        shown = "no format" if version is None else f"format {str(version)[:20]}"
        raise Rejected(
            f"This notebook has {shown}, formats 3 and 4 are graded: open it in "
            "JupyterLab, save it and hand it in again."
        )
    if not isinstance(cells, list):
        raise Rejected(
            "This notebook has no list of cells, so it is damaged: start from a new copy."
        )
    return cells


def grade_id(cell):
    """nbgrader's name for the cell, or ""."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def fingerprint(cells):
    """The same text for notebooks whose code is the same, whatever their outputs and metadata."""
    code = "\0".join(cell.source.strip() for cell in cells)
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


# --------------------------------------------------------------------------------- which lesson
CHECKED = re.compile(r"""\bcheck\(\s*["'](\d\d\.\d{1,2})["']""")
GRADE_ID = re.compile(r"(\d\d)[._-](\d{1,2})(?!\d)")
HEADING = re.compile(r"^#{1,4}[ \t]*Exercises?[ \t]+(\d\d(?:\.\d{1,2})?)\b", re.MULTILINE)
DEFINED = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]{0,80})?=(?!=)", re.MULTILINE
)
NUMBERED = re.compile(r"(?<!\d)(\d\d)_[^\W\d_]")


def which_lesson(cells, path, lessons, prose=(), names=None):
    """The lesson's number; Rejected when it cannot be told.

    What is in the notebook says it first: the ids of its cells and its calls of check(), then the
    headings of its exercises, then the names of its answers. Only then the file's name, as NN_name.
    `names` is {"05": "05_loss_functions"}; a bare digit in a name means nothing.
    """
    text = "\n".join(cell.source for cell in cells)[:MAX_SOURCE]
    ids = {f"{m[1]}.{m[2]}" for cell in cells if (m := GRADE_ID.search(cell.grade_id))}
    ids |= set(CHECKED.findall(text))
    headings = {found[:2] for found in HEADING.findall("\n".join(prose)[:MAX_SOURCE])}
    defined = {name for pair in DEFINED.findall(text) for name in pair if name}
    by_file = lesson_of_name(path, lessons, names or {})
    votes = Counter(id[:2] for id in ids)
    scores = {
        number: (votes[number], number in headings, count_names(lessons[number], defined))
        for number in lessons
        if votes[number] or number in headings
    } or {number: (0, 0, count_names(lessons[number], defined)) for number in lessons}
    best = max(scores.values(), default=(0, 0, 0))
    found = [number for number, score in scores.items() if score == best and any(score)]
    if by_file in found or (not found and by_file):
        return by_file
    if len(found) == 1:
        return found[0]
    raise Rejected(
        "It cannot be told which lesson this belongs to: name the file as it was named in "
        "exercises/, its number first, like 05_loss_functions.ipynb."
    )


def lesson_of_name(path, lessons, names):
    """The lesson that a file is named after, or a folder by the lesson's whole name; or None."""
    *folders, file = path.split("/")
    for part in (file, *reversed(folders)):
        for number, name in names.items():
            if number in lessons and name.lower() in part.lower():
                return number
    for number in NUMBERED.findall(file):
        if number in lessons:
            return number
    return None


def count_names(module, defined):
    return sum(e.name in defined for e in importlib.import_module(module).EXERCISES)


def names_set(source):
    """The names that a cell defines at its top level; none when it does not parse."""
    if len(source) > MAX_SOURCE // 10:
        return set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            walked = (part for target in targets for part in ast.walk(target))
            names |= {part.id for part in walked if isinstance(part, ast.Name)}
    return names
