"""The learner's own folder, my/: copies of the lessons and exercises that no update overwrites.

    my/lessons/NN_*.ipynb     as in lessons/, but what a prediction asks for is not shown yet
    my/exercises/NN_*.ipynb   as in exercises/
    my/kept/                  what was there before a new copy was taken
    my/progress.json          the points

`make lab` fills it. When the course is updated, a copy in which nothing was written is replaced;
one with work in it stays, and the new version is offered: python -m nncourse my 05 takes it.
"""

import argparse
import hashlib
import json
import platform
import shutil
import sys
from datetime import datetime
from pathlib import Path

from nncourse import files

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("lessons", "exercises")
RECORD = ".made.json"  # {"lessons/05_...ipynb": what its copy was made from, and what it held}
PREDICT = "**Predict**"


def fill(root=ROOT):
    """Make or renew the copies in root/my; returns sentences for the learner. NotSaved on failure.

    Copies that hold work are never written to.
    """
    said, record = [], read_record(root)
    for source in sources(root):
        name = source.relative_to(root).as_posix()
        text = copied(source.read_text(encoding="utf-8"))
        made, target = record.get(name), root / "my" / name
        if target.exists() and made and made["source"] == digest(text):
            continue
        if target.exists() and holds_work(target, made):
            said.append(f"{name} is new in the course; your own copy stays as it is.")
            continue
        keep(root, target)
        write(root, target, text, record)
    adopt_points(root)
    if any("is new in the course" in sentence for sentence in said):
        said.append("To take a new version, and keep yours in my/kept/: python -m nncourse my 05")
    return said


def take(number, root=ROOT, folders=FOLDERS):
    """New copies of lesson `number`, like "05", and its exercises; the old ones go to my/kept/.

    Returns sentences. ValueError when there is no such lesson.
    """
    found = [source for source in sources(root, folders) if source.name.startswith(f"{number}_")]
    if not found:
        numbers = sorted({source.name[:2] for source in sources(root, folders)})
        raise ValueError(f"There is no lesson {number!r}; there are {', '.join(numbers)}.")
    said, record = [], read_record(root)
    for source in found:
        name = source.relative_to(root).as_posix()
        kept = keep(root, root / "my" / name)
        write(root, root / "my" / name, copied(source.read_text(encoding="utf-8")), record)
        where = f" Yours is kept as {kept.relative_to(root).as_posix()}." if kept else ""
        said.append(f"my/{name} is new.{where}")
    said.append("If it is open in JupyterLab, choose File, Reload Notebook from Disk.")
    return said


def sources(root, folders=FOLDERS):
    """The notebooks of the course that a learner gets a copy of, in order."""
    return [path for name in folders for path in sorted((root / name).glob("[0-9][0-9]_*.ipynb"))]


def copied(text):
    """A notebook as the learner gets it: what comes after a prediction is not shown yet.

    Its metadata are those of the kernel that will open it, so that JupyterLab has nothing to save
    when nothing was changed. Links to solutions lead one folder further up.
    """
    notebook = json.loads(text)
    for cell in answers(notebook["cells"]):
        cell["outputs"], cell["execution_count"] = [], None
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = "".join(cell["source"])
            cell["source"] = source.replace("](../solutions/", "](../../solutions/")
    notebook["metadata"] = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
            "version": platform.python_version(),
        },
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def answers(cells):
    """The code cells that show what a prediction above them asks for."""
    predicted = False
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            lines = [line for line in source.splitlines() if not line.startswith("|")]
            predicted = predicted or PREDICT in "\n".join(lines)  # a table only names it
        elif predicted and "quiz(" not in source:
            predicted = False
            yield cell


def holds_work(target, made):
    """Whether the learner has written something into a copy; running its cells is no writing."""
    return made is None or made["cells"] != cells_digest(target)


def cells_digest(path):
    """Of the sources of all cells; of the whole file where it is not a notebook any more."""
    data = path.read_bytes()
    try:
        cells = json.loads(data)["cells"]
        return digest("\0".join("".join(cell["source"]) for cell in cells))
    except (ValueError, KeyError, TypeError):
        return digest(data.decode("utf-8", "replace"))


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def keep(root, target):
    """Move a copy into my/kept/, with the date in its name; None when there is none."""
    if not target.exists():
        return None
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    folder = root / "my" / "kept" / target.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{target.stem}-{stamp}.ipynb"
    while kept.exists():
        kept = kept.with_name(f"{kept.stem}x.ipynb")
    try:
        shutil.copy2(target, kept)
    except OSError as error:
        raise files.NotSaved(kept, error) from error
    return kept


def write(root, target, text, record):
    target.parent.mkdir(parents=True, exist_ok=True)
    files.replace(target, text, durable=False)
    name = target.relative_to(root / "my").as_posix()
    record[name] = {"source": digest(text), "cells": cells_digest(target)}
    files.replace(root / "my" / RECORD, json.dumps(record, indent=1) + "\n", durable=False)


def read_record(root):
    """What the copies were made from; nothing where that cannot be read: then all hold work."""
    try:
        record = json.loads((root / "my" / RECORD).read_text(encoding="utf-8"))
        return {name: made for name, made in record.items() if {"source", "cells"} <= made.keys()}
    except (OSError, ValueError, AttributeError):
        return {}


def adopt_points(root):
    """Points that were kept at the top of the course, before there was my/, move into it."""
    old, new = root / "progress.json", root / "my" / "progress.json"
    if old.exists() and not new.exists():
        new.parent.mkdir(exist_ok=True)
        old.replace(new)


def main(arguments=None):
    """python -m nncourse my [NN]"""
    parser = argparse.ArgumentParser(
        prog="python -m nncourse my",
        description="Fill my/ with your own copies of lessons and exercises; nothing of yours is "
        "overwritten. With a number: new copies of that lesson, yours are kept in my/kept/.",
    )
    parser.add_argument("lesson", nargs="?", metavar="NN", help="like 05")
    options = parser.parse_args(arguments)
    try:
        said = take(options.lesson.zfill(2)) if options.lesson else fill()
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for sentence in said:
        print(sentence)
    return 0
