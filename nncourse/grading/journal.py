"""What was graded so far, a line for each outcome as it comes, so that no end of a run loses it.

with claimed(out):                     one grader at a time writes into a folder
    journal = Journal(out, about)      takes up what an earlier run with the same `about` left
    journal.outcome(key), journal.add(key, outcome), journal.finished()
"""

import contextlib
import hashlib
import json
import os
import time
from importlib import import_module
from pathlib import Path

from nncourse import files

NAME, LOCK = "journal.jsonl", ".running"
FORMAT = 2


class Busy(Exception):
    """Another grader writes into the folder; the message names it."""


class Stopped(Exception):
    """Nothing more can be kept; the message says what was, and what to do."""


@contextlib.contextmanager
def claimed(out):
    """Hold a folder for one grader, and see that it can be written; made when it is not there."""
    out = Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise files.NotSaved(out, error) from error
    with file:
        if not files.take_lock(file):
            raise Busy(
                f"Another grader is writing into {out} ({holder(file)}). Wait until it is through, "
                "or choose another folder with --out."
            )
        try:
            write_holder(file, out)
            yield
        finally:
            files.release_lock(file)


def holder(file):
    with contextlib.suppress(OSError):
        file.seek(0)
        return " ".join(file.read(200).split()) or "it does not say which"
    return "it does not say which"


def write_holder(file, out):
    try:
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {time.strftime('%H:%M')}")
        file.flush()
    except OSError as error:
        raise files.NotSaved(out / LOCK, error) from error


class Journal:
    """The outcomes of an unfinished run; .kept says how many an earlier one left."""

    def __init__(self, out, about):
        self.path, self.about = Path(out) / NAME, {"format": FORMAT, **about}
        header, self.outcomes = load(self.path)
        if header != self.about:
            self.outcomes = {}
        self.kept = len(self.outcomes)
        self.written = 0
        try:
            self.file = self.path.open("r+b" if self.kept else "wb")
            self.end = len(first_lines(self.path)) if self.kept else 0
            self.file.truncate(self.end)
            self.file.seek(self.end)
        except OSError as error:
            raise files.NotSaved(self.path, error) from error
        if not self.kept:
            self.line(self.about)

    def outcome(self, key):
        """What an earlier run found for this key, or None."""
        return self.outcomes.get(tuple(key))

    def add(self, key, outcome):
        self.line({"key": key, "outcome": outcome})
        self.written += 1

    def line(self, data):
        """Append a line as a whole, or none of it: raises Stopped."""
        made = json.dumps(data, ensure_ascii=True).encode() + b"\n"
        try:
            self.file.write(made)
            self.file.flush()
        except OSError as error:
            with contextlib.suppress(OSError):
                self.file.truncate(self.end)
            raise Stopped(
                f"{self.path} cannot be written: {error.strerror or error}. {self.told()}"
            ) from error
        self.end += len(made)

    def told(self):
        """A sentence about what is kept."""
        number = self.kept + self.written
        return (
            f"{number} {'outcome is' if number == 1 else 'outcomes are'} kept: run the same "
            "command again, and it goes on from there."
        )

    def close(self):
        with contextlib.suppress(OSError):
            self.file.close()

    def finished(self):
        """All of it stands in the reports now."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


def load(path):
    """(what the run was about, {key: outcome}) of a journal; a torn or odd line is passed over."""
    header, outcomes = None, {}
    with contextlib.suppress(OSError):
        for line in first_lines(path).splitlines():
            try:
                data = json.loads(line)
                if header is None:
                    header = data
                else:
                    outcomes[tuple(data["key"])] = data["outcome"]
            except (ValueError, KeyError, TypeError):
                continue
    return header, outcomes


def first_lines(path):
    """The bytes of a journal up to its last whole line."""
    data = path.read_bytes()
    return data[: data.rfind(b"\n") + 1]


def seed_of(out):
    """The seed of the unfinished run in a folder, or None."""
    header, outcomes = load(Path(out) / NAME)
    return header.get("seed") if outcomes and isinstance(header, dict) else None


def course_of(settings):
    """The same text as long as exercises and answers are the same."""
    made = hashlib.sha256()
    for number, name in sorted(settings.lessons.items()):
        try:
            made.update(Path(import_module(name).__file__).read_bytes())
        except (ImportError, OSError):
            made.update(name.encode())
        made.update(json.dumps(settings.solutions.get(number, {}), sort_keys=True).encode())
    return made.hexdigest()[:16]
