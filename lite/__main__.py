"""The course for a browser tab: python tasks.py lite [FOLDER] [--pyodide ADDRESS].

Makes a JupyterLite site: all lessons and exercises, and a Python that the browser runs. Any file
server serves it. The course and the explorers come from the site itself. Python, NumPy and
Matplotlib are Pyodide's: from its own servers (a CDN), or from a folder that whoever hosts the
site has filled with Pyodide's release and names with --pyodide.
"""

import argparse
import base64
import hashlib
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from nncourse.authoring.structure import FIRST_TORCH_LESSON
from nncourse.preflight import NAME

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "docs" / "_build" / "html" / "live"
KEPT = ROOT / ".venv" / "lite-wheels"  # what was fetched once
MNIST = re.compile(r"nnlib/datasets/files/.*-ubyte\.gz")  # 12 MB: a wheel of their own
DATA_NAME = f"{NAME}-mnist"
# what shows explorers; each is one wheel for every system. JupyterLite brings the rest.
PACKAGES = ("anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "psygnal", "tqdm")
IN_A_TAB = (
    "**You are in a browser tab.** Nothing is installed: Python runs here, in the browser, and is "
    "slower than it would be. The first cell fetches the course; wait until its `[*]` "
    "becomes a number. What you write is kept in this browser alone. To keep it for good, or to "
    "hand it in: **File, Download**."
)
NO_TORCH = (
    "**PyTorch does not run in a browser**, so here the cells that need it end with an error. You "
    "can read this lesson; to run it, use the course on a computer: `make lab`, then `make torch`."
)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python tasks.py lite", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SITE, help="default: %(default)s")
    parser.add_argument("--pyodide", help="address of pyodide.mjs, if not Pyodide's own server")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        wheels = [*course_wheels(work), *map(fetched, PACKAGES)]
        write_contents(work / "contents")
        write_settings(work, options.pyodide)
        build(work, wheels, options.folder.resolve())
    print(f"{options.folder}: built in {time.perf_counter() - started:.0f} s")
    for what, bytes in sizes(options.folder).items():
        print(f"  {bytes / 1e6:6.1f} MB  {what}")
    return 0


# ------------------------------------------------------------------------------------- the wheels
def course_wheels(work):
    """Two wheels: nnlib and nncourse, and the data: MNIST and a novel."""
    source = work / "source"
    left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for package in ("nnlib", "nncourse"):
        shutil.copytree(ROOT / package, source / package, ignore=left_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", str(work)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", str(source), *options], check=True)
    (whole,) = work.glob("*.whl")
    with zipfile.ZipFile(whole) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    whole.unlink()
    data = {name: files.pop(name) for name in sorted(files) if MNIST.fullmatch(name)}
    version = whole.name.split("-")[1]
    about = f"Metadata-Version: 2.1\nName: {DATA_NAME}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: lite\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    folder = f"{DATA_NAME.replace('-', '_')}-{version}.dist-info"
    data |= {f"{folder}/METADATA": about.encode(), f"{folder}/WHEEL": tags.encode()}
    return [write_wheel(work, files), write_wheel(work, data)]


def write_wheel(folder, files):
    """A wheel of {name: bytes}, with a new RECORD."""
    (info,) = {name.split("/")[0] for name in files if ".dist-info/" in name}
    files.pop(f"{info}/RECORD", None)
    lines = [f"{name},{digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{info.removesuffix('.dist-info')}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def digest(content):
    code = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={code.decode().rstrip('=')}"


def fetched(package):
    """The wheel of a package, in the version that is installed here; fetched once."""
    version = importlib.metadata.version(package)
    pattern = f"{package.replace('-', '_')}-{version}-py*-none-any.whl"
    if not list(KEPT.glob(pattern)):
        any_system = ("--no-deps", "--only-binary=:all:", "--platform=any", "--abi=none")
        command = [sys.executable, "-m", "pip", "download", "-q", *any_system, "-d", str(KEPT)]
        subprocess.run([*command, f"{package}=={version}"], check=True)
    (path,) = KEPT.glob(pattern)
    return path


# ---------------------------------------------------------------------------------- the notebooks
def write_contents(folder):
    for name in ("lessons", "exercises"):
        (folder / name).mkdir(parents=True)
        for path in sorted((ROOT / name).glob("[0-9]*.ipynb")):
            notebook = for_a_tab(json.loads(path.read_text(encoding="utf-8")), int(path.name[:2]))
            text = json.dumps(notebook, indent=1, ensure_ascii=False)
            (folder / name / path.name).write_text(text + "\n", encoding="utf-8")


def for_a_tab(notebook, number):
    """A notebook with a first cell that makes all that follow ready; its texts in one piece each.

    JupyterLite's list of files does not take a text that is stored as lines.
    """
    for cell in notebook["cells"]:
        cell["source"] = joined(cell["source"])
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = joined(output["text"])
            for kind, value in output.get("data", {}).items():
                if isinstance(value, list):
                    output["data"][kind] = joined(value)
    code = "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    wanted = [NAME, DATA_NAME] if re.search(needs_mnist(), code) else [NAME]
    text = IN_A_TAB
    if number >= FIRST_TORCH_LESSON and re.search(r"^\s*(import|from) torch", code, re.MULTILINE):
        text += "\n\n" + NO_TORCH
    note = {"cell_type": "markdown", "id": "in-a-tab", "metadata": {}, "source": text}
    install = {
        "cell_type": "code",
        "id": "in-a-tab-install",
        "metadata": {},
        "source": f"%pip install -q {' '.join(wanted)}",
        "execution_count": None,
        "outputs": [],
    }
    notebook["cells"][1:1] = [note, install]
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python", "language": "python", "name": "python"},
        "language_info": {"name": "python"},
    }
    return notebook


def joined(text):
    return text if isinstance(text, str) else "".join(text)


def needs_mnist():
    """A pattern for code that uses the data, by itself or in an explorer."""
    names = ["mnist", "moby_dick", "check_setup"]
    for path in (ROOT / "nnlib" / "widgets").glob("*.py"):
        if "mnist(" in path.read_text(encoding="utf-8"):
            names += [path.stem, f"explore_{path.stem}"]
    return rf"\b({'|'.join(names)})\b"


# --------------------------------------------------------------------------------------- the site
def write_settings(folder, pyodide):
    """jupyter-lite.json: where Pyodide is, and that nothing is looked for on PyPI."""
    kernel = {"disablePyPIFallback": True}
    if pyodide:
        kernel["pyodideUrl"] = pyodide
    plugins = {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}
    data = {
        "appName": "Neural networks",
        "litePluginSettings": plugins,
        "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
    }
    text = json.dumps({"jupyter-lite-schema-version": 0, "jupyter-config-data": data}, indent=1)
    (folder / "jupyter-lite.json").write_text(text, encoding="utf-8")


def build(work, wheels, folder):
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--apps", "lab"]
    command += ["--no-sourcemaps", "--no-unused-shared-packages", "--contents", "contents"]
    # JupyterLab's side of the explorers lies where ipywidgets is installed
    prefix = importlib.metadata.distribution("ipywidgets").locate_file("").parents[2]
    extensions = prefix / "share" / "jupyter" / "labextensions"
    command += [f"--FederatedExtensionAddon.extra_labextensions_path={extensions}"]
    for wheel in wheels:
        command += ["--piplite-wheels", str(wheel)]
    command += ["--output-dir", str(folder)]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def sizes(folder):
    """{what: bytes}: what is ours, MNIST, and what is JupyterLite's."""
    found = {"the course: notebooks, code, explorers": 0, "MNIST, when a notebook asks for it": 0}
    found["JupyterLite"] = 0
    ours, mnist, theirs = found
    for path in folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            kind = mnist if DATA_NAME.replace("-", "_") in name else theirs
            if kind == theirs and re.match(r"files/|pypi/|extensions/(@jupyter-w|anyw)", name):
                kind = ours
            found[kind] += path.stat().st_size
    return found | {"together": sum(found.values())}


if __name__ == "__main__":
    sys.exit(main())
