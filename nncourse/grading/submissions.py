"""Finds the submissions in a folder, and takes the cells out of each; says why it cannot.

Nothing is repaired and nothing is run. These ways of handing in are understood:
    FOLDER/05_loss_functions.ipynb                      one learner's notebooks, side by side
    FOLDER/ada__05_loss_functions.ipynb                 many learners', each with a name in front
    FOLDER/STUDENT/05_loss_functions.ipynb              a folder for each learner
    FOLDER/submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  nbgrader's, with or without "submitted"
    FOLDER/submission_123/..., submission_metadata.yml  Gradescope's export, unpacked
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

MAX_FILE = 30_000_000  # bytes
MAX_CELLS = 2_000
IGNORED = {"__MACOSX", "__pycache__", "autograded", "feedback", "node_modules"}
GRADESCOPE = "submission_metadata.yml"


class Rejected(Exception):
    """A submission that cannot be graded; the message tells its author why, and what to do."""


@dataclass(frozen=True)
class Submission:
    """One file of one learner; .reason says why there is none, or why it cannot be graded."""

    student: str
    path: str  # from the top of the folder
    data: bytes = b""
    reason: str = ""


@dataclass(frozen=True)
class Cell:
    """A code cell: .number counts all cells of the notebook from 1."""

    number: int
    source: str
    grade_id: str = ""


def find(folder):
    """The Submissions in a folder, in the order of their names, not yet read()."""
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder: unpack the submissions into one.")
    top = folder / "submitted" if (folder / "submitted").is_dir() else folder
    names, found = gradescope_names(top), []
    for path in sorted(path for path in top.iterdir() if is_notebook(path)):
        found.append(Submission(whose_file(path, top), path.relative_to(folder).as_posix()))
    for home in sorted(top.iterdir()):
        if not home.is_dir() or home.suffix == ".ipynb" or home.is_symlink() or ignored(home):
            continue
        student = names.get(home.name, home.name)
        paths = sorted(path for path in home.rglob("*.ipynb") if wanted(path, home))
        for path in paths:
            found.append(Submission(student, path.relative_to(folder).as_posix()))
        if not paths:
            path = home.relative_to(folder).as_posix()
            found.append(Submission(student, path, reason=absent(home)))
    return found


def read(submission, folder):
    """The submission with the contents of its file, or with the reason why they cannot be had."""
    folder = Path(folder).resolve()
    path = folder / submission.path
    if submission.reason:
        return submission
    try:
        if path.is_symlink() or folder not in path.resolve().parents:
            raise Rejected("The file is a link to somewhere else: hand in the notebook itself.")
        if not path.is_file():
            raise Rejected("This is a folder, or no ordinary file: hand in the notebook itself.")
        if path.stat().st_size > MAX_FILE:
            raise Rejected(
                f"The file has {path.stat().st_size / 1e6:.0f} MB, at most {MAX_FILE / 1e6:.0f} MB "
                "are taken: choose Edit, Clear Outputs of All Cells, save and hand in again."
            )
        return replace(submission, data=path.read_bytes())
    except Rejected as rejected:
        return replace(submission, reason=str(rejected))
    except OSError as error:
        return replace(submission, reason=f"The file cannot be read: {error.strerror}.")


def is_notebook(path):
    return path.suffix == ".ipynb" and not ignored(path)


def wanted(path, home):
    return not any(ignored(home / part) for part in path.relative_to(home).parts)


def ignored(path):
    """Hidden files, copies that others made, and the folder of our own reports."""
    ours = (path / "overrides.csv").exists() and (path / "results.json").exists()
    return path.name.startswith(".") or path.name in IGNORED or ours


def whose_file(path, top):
    """ada__05_loss_functions.ipynb is handed in by ada; without "__", by the folder's owner."""
    student, _, rest = path.stem.partition("__")
    return student if rest and student[:2].isdigit() is False else top.resolve().name


def absent(home):
    others = sorted(p.name for p in home.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not others:
        return "The folder is empty: hand in the notebook, a file that ends in .ipynb."
    shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
    return f"There is no notebook here, only {shown}: hand in the file that ends in .ipynb."


def gradescope_names(top):
    """{"submission_123": "ada@example.org"} from Gradescope's own list, when there is one."""
    if not (top / GRADESCOPE).is_file():
        return {}
    import yaml  # comes with Jupyter

    names = {}
    try:
        entries = yaml.safe_load((top / GRADESCOPE).read_text(encoding="utf-8"))
        for name, entry in entries.items():
            people = entry[":submitters"]
            names[name] = ", ".join(str(p.get(":email") or p[":name"]) for p in people)
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError):
        return {}
    return names


# ---------------------------------------------------------------------------- inside a notebook
def read_cells(data):
    """The code cells of a notebook of format 3 or 4; Rejected says why there are none."""
    cells = []
    for number, cell in enumerate(raw_cells(parse(data)), start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source") or cell.get("input")
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str) and source.strip():
                cells.append(Cell(number, source, grade_id(cell)))
    if not cells:
        raise Rejected("There is no code in this notebook. Was it saved after you worked in it?")
    if len(cells) > MAX_CELLS:
        raise Rejected(
            f"The notebook has {len(cells):,} code cells, at most {MAX_CELLS:,} are run."
        )
    return cells


def parse(data):
    if not data.strip():
        raise Rejected("The file is empty: save the notebook (Ctrl+S), then hand it in again.")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        what = "it is not a text of UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise Rejected(
            f"This is not a notebook, or it is damaged ({what[:120]}). Open it in JupyterLab: "
            "if it opens, save it and hand it in again."
        ) from None
    if not isinstance(notebook, dict):
        raise Rejected("This file is JSON, but not a notebook: hand in the file from exercises/.")
    return notebook


def raw_cells(notebook):
    version = notebook.get("nbformat")
    if version == 3 and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    elif version == 4:
        cells = notebook.get("cells")
    else:
        raise Rejected(
            f"This notebook has format {str(version)[:20]}, formats 3 and 4 are graded: open it in "
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
