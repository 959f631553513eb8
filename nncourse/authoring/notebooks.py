"""Run lessons and store their outputs: python -m nncourse.authoring.notebooks lessons/*.ipynb

A lesson is run from top to bottom in a fresh kernel and stored in one form, whoever runs it: the
same cell ids, no timestamps, no state of widgets, no paths of one machine. With --check nothing is
run; the rules of nncourse.authoring.structure are applied to what is stored.
"""

import argparse
import base64
import io
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image
from traitlets.config import Config

from nncourse import files
from nncourse.authoring.lesson import first_line, read
from nncourse.authoring.structure import WIDGET_VIEW, problems
from nncourse.learner.figures import FORMATS

__all__ = ["NotebookError", "main", "normalise", "problems", "run"]

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 300  # seconds a cell
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SVG = "image/svg+xml"
FIGURES = f"--InlineBackend.figure_formats={{'{FORMATS}','svg'}}"  # an argument of the kernel
HEAVIEST_SVG = 150_000  # characters; what is heavier is stored as PNG alone
UNUSED_IN_SVG = re.compile(r" *<metadata>.*?</metadata>\n|<!--.*?-->\n|<\?xml.*?\?>\n", re.DOTALL)
CELL_METADATA = {"tags", "jupyter", "nbgrader"}  # "jupyter" can hide a cell's source

# what a progress bar wrote and then overwrote; nbval compares the same final state
OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)


class NotebookError(Exception):
    """A lesson could not be run or stored; the file is as it was."""


def private_sockets(folder):
    """Settings for a kernel whose sockets lie in `folder`, for KernelManager(**settings).

    Over TCP two kernels that start at the same time can take the same port, and one dies.
    Windows has nothing else.
    """
    return {"transport": "ipc", "ip": f"{folder}/kernel"} if os.name == "posix" else {}


def execute(notebook, folder, on_cell_start, timeout=TIMEOUT, **start):
    """Run a notebook's cells in a fresh kernel in `folder`; outputs land in the notebook.

    on_cell_start(cell, cell_index) is called before each cell, timeout is in seconds for each, and
    `start` goes to the start of the kernel, as env does.
    """
    with tempfile.TemporaryDirectory() as sockets:
        NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            extra_arguments=[FIGURES],
            store_widget_state=False,
            record_timing=False,
            config=Config({"KernelManager": private_sockets(sockets)}),
            on_cell_start=on_cell_start,
        ).execute(**start)


def run(path, timeout=TIMEOUT):
    """Run the notebook in its own folder and store it with its outputs; a failure changes nothing.

    timeout is in seconds for each cell. Raises NotebookError, naming notebook and cell, when a cell
    without the tag raises-exception fails, takes too long, or ends the kernel.
    """
    path = Path(path)
    notebook = read(path)
    try:
        normalise(notebook)
    except NotebookError as error:
        raise NotebookError(f"{path.name}: {error}") from None
    started = [0]
    try:
        execute(notebook, path.parent, lambda cell, cell_index: started.append(cell_index), timeout)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        number = started[-1] + 1
        line = first_line(notebook.cells[number - 1])
        raise NotebookError(
            f"{path.name}, cell {number} ({line}): {reason(error, timeout)}\n"
            "Nothing was stored. Fix the cell, or tag it raises-exception if it is meant to fail."
        ) from None
    normalise(notebook)
    store(notebook, path)
    return notebook


def reason(error, timeout):
    """One line on why a run stopped."""
    if isinstance(error, CellTimeoutError):
        return f"it ran for more than {timeout} seconds"
    if isinstance(error, DeadKernelError):
        return "the kernel died while it ran"
    return f"{error.ename}: {error.evalue}"


def normalise(notebook):
    """Bring a notebook into the one form that is stored, in place; NotebookError for double ids."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    taken = set()
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = cell.get("id") or f"cell-{number:02}"
        if cell.id in taken:
            raise NotebookError(
                f'cell {number} ({first_line(cell)}) has the id "{cell.id}" of an earlier cell. '
                "Give it another one, or delete the id and run again."
            )
        taken.add(cell.id)
        kept = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA}
        if "quiz(" in cell.source and cell.cell_type == "code":
            kept["jupyter"] = {"source_hidden": True}  # it names the right answer
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = normal_outputs(cell.outputs)
    nbformat.validate(notebook)


def normal_outputs(outputs):
    """Text in one piece, progress bars as they end, no path of this machine in a traceback."""
    normal = []
    for output in outputs:
        name = output.get("name")  # "stdout" or "stderr", of streams alone
        if normal and name and name == normal[-1].get("name"):
            normal[-1].text += output.text
        else:
            normal.append(output)
    for output in normal:
        if output.output_type == "stream":
            output.text = OVERWRITTEN.sub("", output.text)
        if output.output_type == "error":
            output.traceback = [without_root(line) for line in output.traceback]
        if "image/png" in output.get("data", {}) and WIDGET_VIEW not in output.data:
            lighten(output.data)
    return normal


def lighten(data):
    """A figure in few bytes, in place: SVG without its date, PNG with a palette; no heavy SVG."""
    svg = UNUSED_IN_SVG.sub("", data.pop(SVG, ""))
    if 0 < len(svg) <= HEAVIEST_SVG:
        data[SVG] = svg
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    if picture.mode != "P":
        file = io.BytesIO()
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(file, "PNG", optimize=True)
        data["image/png"] = base64.b64encode(file.getvalue()).decode("ascii")


def without_root(text):
    """Paths inside the repository from its top; IPython writes the home folder as ~."""
    root = str(ROOT)
    for shown in (root, root.replace(str(Path.home()), "~", 1)):
        text = text.replace(shown + os.sep, "")
    return text


def store(notebook, path):
    """Replace the file as a whole, so that no half notebook is left."""
    files.replace(path, nbformat.writes(notebook) + "\n")


def main(arguments=None):
    """The command line; the exit code is 1 when a notebook could not be run or breaks a rule."""
    parser = argparse.ArgumentParser(
        prog="python -m nncourse.authoring.notebooks", description=__doc__
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--check", action="store_true", help="apply the rules, run nothing")
    parser.add_argument("--timeout", type=int, default=TIMEOUT, help="seconds a cell may take")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.notebooks:
        try:
            if not options.check:
                start = time.perf_counter()
                run(path, options.timeout)
                print(f"{path.name}: stored after {time.perf_counter() - start:.1f} s", flush=True)
            found = problems(path)
        except (NotebookError, OSError, ValueError) as error:
            found = [str(error)]
        failed = failed or bool(found)
        for problem in found:
            print(f"{path.name}: {problem}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
