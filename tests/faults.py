"""What goes wrong while something is saved: a full disk, a folder that is read-only, a kill.

    python -m tests.faults full_disk FOLDER   FOLDER is a small file system of its own
    python -m tests.faults read_only FOLDER

Each of WRITERS saves by the course's own code, a file of versions that are told apart when they are
read. What the user sees, and what is left, is printed as JSON.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import nbformat
import numpy as np
from nbformat import v4

import nnlib
from nncourse.authoring import notebooks, release
from nncourse.exercises import find
from nncourse.grading import report
from nncourse.judging.exercise import Verdict
from nncourse.learner import progress

LONG = 40_000  # numbers or words: enough that a save takes a while


def notebook(version):
    code = v4.new_code_cell(f"version = {version}", id="code")
    return v4.new_notebook(cells=[code, v4.new_markdown_cell("word " * LONG, id="prose")])


def notebook_version(path):
    cells = nbformat.read(path, as_version=4).cells
    assert cells[1].source == "word " * LONG
    return int(cells[0].source.removeprefix("version = "))


class Points:
    """The learner's points; a version is the number of tries."""

    name = "progress.json"

    def write(self, path, version):
        os.environ["NNLIB_PROGRESS"] = str(path)
        exercise = find("01.2")
        return progress.record(exercise, Verdict(exercise.points, exercise.points, 1, 1))

    def read(self, path):
        return json.loads(path.read_text(encoding="utf-8"))["exercises"]["01.2"]["tries"]


class Weights:
    """nnlib.save()"""

    name = "network.npz"

    def write(self, path, version):
        nnlib.save({"weight": np.full(LONG, version), "noise": noise()}, path)

    def read(self, path):
        arrays = nnlib.load(path)
        assert np.array_equal(arrays["noise"], noise())
        (version,) = set(arrays["weight"].tolist())
        return version


def noise():
    return np.random.default_rng(0).normal(size=LONG // 4)  # does not compress


class Lesson:
    """make lessons, and the solutions of python -m nncourse release --run"""

    name = "06_lesson.ipynb"

    def write(self, path, version):
        notebooks.store(notebook(version), path)

    def read(self, path):
        return notebook_version(path)


class Exercises:
    """python -m nncourse reset 06, and release"""

    name = "06_exercises.ipynb"

    def write(self, path, version):
        release.write_text(path, nbformat.writes(notebook(version)))

    def read(self, path):
        return notebook_version(path)


class Report:
    """python -m nncourse grade"""

    name = "index.html"

    def write(self, path, version):
        report.store(path, f"{version} " + "word " * LONG + "</html>")

    def read(self, path):
        text = path.read_text(encoding="utf-8")
        assert text.endswith("</html>")
        return int(text.split()[0])


class JupyterLab:
    """Saving a notebook that is open in JupyterLab: the server's own code, not ours."""

    name = "07_open_in_jupyterlab.ipynb"

    def write(self, path, version):
        from jupyter_server.services.contents.largefilemanager import LargeFileManager
        from tornado.web import HTTPError

        model = {"type": "notebook", "format": "json", "content": notebook(version)}
        try:
            LargeFileManager(root_dir=str(path.parent)).save(model, path.name)
        except HTTPError as error:
            return f"File Save Error for {path.name}: {error.log_message}"  # its dialog says this
        return None

    def read(self, path):
        return notebook_version(path)


WRITERS = {
    "points": Points(),
    "weights": Weights(),
    "lesson": Lesson(),
    "exercises": Exercises(),
    "report": Report(),
    "JupyterLab": JupyterLab(),
}


def said(writer, path, version):
    """What a user sees when this version is saved: a sentence, the last line of an error, or ""."""
    try:
        return writer.write(path, version) or ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def full_disk(writer, path):
    """Save, fill the disk, save again, make room, save again."""
    writer.write(path, 1)
    filler = path.with_name("filler")
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    found = after(writer, path, said(writer, path, 2))
    filler.unlink()
    found["then"] = said(writer, path, 2) or writer.read(path)
    return found


def read_only(writer, path):
    """Save, close the folder and its files, save again, open them, save again."""
    writer.write(path, 1)
    files = [file for file in path.parent.iterdir() if file.is_file()]
    for file in files:
        file.chmod(0o444)
    path.parent.chmod(0o555)
    found = after(writer, path, said(writer, path, 2))
    path.parent.chmod(0o755)
    for file in files:
        file.chmod(0o644)
    found["then"] = said(writer, path, 2) or writer.read(path)
    return found


def after(writer, path, said):
    files = {file.name for file in path.parent.iterdir()}
    return {"said": said, "kept": writer.read(path), "files": sorted(files)}


def forever(name, path, told):
    """Save one version after the other, and tell each, until this process is killed."""
    version = 0
    while True:
        version += 1
        WRITERS[name].write(path, version)
        told.send(version)


def killed_jupyterlab(path):
    """It is killed when the new text is to be flushed, that is before the old copy goes."""
    WRITERS["JupyterLab"].write(path, 1)
    os.fsync = lambda _: (os.truncate(path, 1000), os.kill(os.getpid(), signal.SIGKILL))
    WRITERS["JupyterLab"].write(path, 2)


def main(fault, base):
    found = {}
    for name, writer in WRITERS.items():
        folder = Path(base) / name
        folder.mkdir()
        found[name] = fault(writer, folder / writer.name)
        shutil.rmtree(folder)
    print(json.dumps(found))


if __name__ == "__main__":
    main({"full_disk": full_disk, "read_only": read_only}[sys.argv[1]], sys.argv[2])
