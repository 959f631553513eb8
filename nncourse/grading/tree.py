"""Everything that lies in a folder of submissions, archives opened: each entry once, none left out.

Links at the top are followed, for whoever grades has put them there (a hub's home folders); links
further down are their owner's, and are not.
"""

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nncourse.grading import archives
from nncourse.grading.names import shown

TOOLS = {"__MACOSX", "__pycache__", "node_modules", "site-packages", "dist-packages"}
KEPT = {"kept"}  # exercises/kept/: what `reset` put aside
MAX_BELOW = 20_000  # entries of one folder at the top


@dataclass(frozen=True)
class Entry:
    """A file, or a folder with nothing in it: .parts is its path as the system has it.

    .note says why it cannot be read; .skipped says why it is nobody's work. .source is what
    submissions.contents() takes.
    """

    parts: tuple
    source: tuple = ()
    note: str = ""
    skipped: str = ""
    empty: bool = False
    modified: str = ""

    @property
    def path(self):
        return "/".join(shown(part) or "?" for part in self.parts)

    @property
    def name(self):
        return shown(self.parts[-1])


def walk(top):
    """The Entries below the folder or archive `top`, by name."""
    top = Path(top)
    if top.is_file():
        yield from archive(str(top), ())
        return
    for parts, item in listed(top, ()):
        if isinstance(item, Entry):
            yield item
            continue
        for count, entry in enumerate(entries(item, parts, top.resolve()), start=1):
            if count > MAX_BELOW:
                note = f"There are more than {MAX_BELOW:,} files here: the rest was not looked at."
                yield Entry(parts, note=note, empty=True)
                break
            yield entry


def listed(folder, above):
    """[(parts, what os.scandir gives)] of a folder, or an Entry that says why it cannot be had."""
    try:
        with os.scandir(folder) as found:
            items = sorted(found, key=lambda item: item.name)
    except OSError as error:
        note = f"The folder cannot be read: {error.strerror or error}. Make it readable."
        return [(above, Entry(above, note=note, empty=True))] if above else raised(error)
    return [((*above, item.name), item) for item in items]


def raised(error):
    raise error


def entries(item, parts, top):
    """The Entries of one thing in a folder: of itself, or of all that is in it."""
    try:
        link = item.is_symlink()
        about = item.stat()
    except OSError as error:
        if link:
            note = "The link leads nowhere: hand in the notebook itself."
            yield Entry(parts, note=note, empty=not parts[-1].endswith(".ipynb"))
        else:
            yield Entry(parts, note=f"It cannot be read: {error.strerror or error}.")
        return
    if link:
        target = Path(item.path).resolve()
        if len(parts) > 1 or not stat.S_ISDIR(about.st_mode):
            yield Entry(parts, note="This is a link to somewhere else: hand in the file itself.")
            return
        if target == top or top in target.parents or target in top.parents:
            note = "The link leads back into this folder: it is not followed."
            yield Entry(parts, note=note, empty=True)
            return
    if stat.S_ISDIR(about.st_mode):
        yield from inside(item, parts, top)
    elif not stat.S_ISREG(about.st_mode):
        yield Entry(parts, note="This is not an ordinary file: hand in the notebook itself.")
    elif parts[-1].startswith("."):
        yield Entry(parts, skipped="A hidden file of a program.")
    elif parts[-1].lower().endswith(".zip"):
        yield from archive(item.path, parts)
    else:
        when = datetime.fromtimestamp(about.st_mtime, UTC).isoformat(timespec="seconds")
        yield Entry(parts, (item.path,), modified=when)


def inside(item, parts, top):
    why = nobodys(parts[-1], lambda name: os.path.exists(os.path.join(item.path, name)))
    if why:
        yield Entry(parts, skipped=why)
        return
    items = listed(item.path, parts)
    if not items:
        yield Entry(parts, empty=True)
    for below, one in items:
        if isinstance(one, Entry):
            yield one
        else:
            yield from entries(one, below, top)


def nobodys(name, has=lambda name: False):
    """Why a folder is nobody's work, or empty."""
    if name == ".ipynb_checkpoints":
        return "JupyterLab's own copies of an earlier state."
    if name.startswith("."):
        return "A hidden folder of a program."
    if name in TOOLS:
        return "A folder of a program."
    if has("pyvenv.cfg") or has("conda-meta"):
        return "An environment of Python."
    if has("overrides.csv") and (has("results.json") or has("journal.jsonl")):
        return "The grader's own reports."
    return ""


def archive(path, parts):
    try:
        found = archives.listing(path)
    except archives.NotOpened as error:
        yield Entry(parts or (Path(path).name,), note=str(error))
        return
    except OSError as error:
        yield Entry(parts, note=f"It cannot be read: {error.strerror or error}.")
        return
    if not found:
        yield Entry(parts or (Path(path).name,), note="The archive is empty.")
    for member in found:
        whole = (*parts, *member.names)
        skipped = next((why for name in member.names[:-1] if (why := nobodys(name))), "")
        if member.names[-1].startswith("."):
            skipped = skipped or "A hidden file of a program."
        yield Entry(whole, (path, *member.inside), member.note, skipped)
