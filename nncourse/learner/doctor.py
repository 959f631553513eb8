"""Is everything there that the course needs? Plain sentences, and the command that fixes it.

check_setup(), for lesson 00, shows the same line on every computer where all is well.
`python -m nncourse doctor` says more: versions, the disk, threads, files, the sandbox for
grading. It works without NumPy, so this file imports what works without NumPy alone.
"""

import argparse
import html
import json
import math
import os
import re
import shutil
import site
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from nncourse import preflight
from nncourse.learner.badge import badge
from nncourse.preflight import IN_A_TAB, NAME, PYTHON, dotted

ROOT = Path(__file__).resolve().parents[2]
FREE_BYTES = 500e6  # a lesson with its outputs is 2 MB at most, JupyterLab wants room for copies
UNKNOWN = "that cannot be told without NumPy"
LABEXTENSIONS = {
    "sliders and buttons": "@jupyter-widgets/jupyterlab-manager",
    "the digit pad": "anywidget",
}


class Finding(NamedTuple):
    """One thing that was looked at; `advice` is empty when all is well.

    `detail` differs from one computer to the next, so only the command prints it.
    """

    what: str
    answer: str
    advice: str = ""
    detail: str = ""

    def __str__(self):
        return f"{self.what}: {self.answer}" + (f". {self.advice}" if self.advice else "")

    @property
    def line(self):
        """The finding with its detail."""
        answer = ", ".join(part for part in (self.answer, self.detail) if part)
        return str(self._replace(answer=answer))


def check_setup():
    """Look for everything that the course needs; shown, it is one line when all is well."""
    findings = pieces()
    findings += [finding for finding in surroundings() if finding.advice]
    return Setup(findings, remarks() if IN_A_TAB else [])


class Setup:
    """What check_setup() returns: one line, and above it what is missing and how to get it.

    In a browser tab the remarks stand below: no terminal tells them there.
    """

    def __init__(self, findings, remarks=()):
        self.findings, self.remarks = findings, remarks

    def __repr__(self):
        wrong = [str(finding) for finding in self.findings if finding.advice]
        return "\n".join([*wrong, verdict(self.findings), *self.remarks])

    def _repr_html_(self):
        wrong = [finding for finding in self.findings if finding.advice]
        remarks = "".join(f"<p>{html.escape(remark)}</p>" for remark in self.remarks)
        if wrong:
            lines = "".join(f"<li>{html.escape(str(finding))}</li>" for finding in wrong)
            return f"<p>{badge('wrong')} {verdict(self.findings)}</p><ul>{lines}</ul>{remarks}"
        looked = "<br>".join(html.escape(str(finding)) for finding in self.findings)
        return (
            f"<p>{badge('right', verdict(self.findings))}</p>"
            f"<details><summary>What was looked at</summary>{looked}</details>{remarks}"
        )


def main(arguments=None):
    """python -m nncourse doctor: the exit code is 1 when something needs attention."""
    argparse.ArgumentParser(
        prog="python -m nncourse doctor",
        description="Look at Python, packages, data, files, the disk and threads; say what is "
        "wrong, and the command that fixes it.",
    ).parse_args(arguments)
    findings = pieces(pip=preflight.install) + surroundings()
    for finding in findings:
        print(finding.line)
    for remark in remarks():
        print(remark)
    print(f"\n{verdict(findings)}")
    if is_course() and sum(" -m pip install " in finding.advice for finding in findings) > 1:
        elsewhere = preflight.own_python(["-m", "doctor"])
        print(elsewhere or f"All packages at once: {preflight.install_all()}")
    return int(any(finding.advice for finding in findings))


def verdict(findings):
    wrong = sum(bool(finding.advice) for finding in findings)
    if wrong:
        return f"{wrong} of {len(findings)} need your attention: see above what to do."
    return "Everything is there."


def in_a_cell(requirement):
    """How to install a package from a notebook."""
    if IN_A_TAB:
        return f'%pip install "{requirement}" in a new cell.'
    return f'%pip install "{requirement}" in a new cell, then choose Kernel, Restart Kernel.'


def pieces(pip=in_a_cell):
    """What the course is made of: equal everywhere when all is well."""
    found = [python(), *installed(pip), mnist(), network()]
    return found if IN_A_TAB else [*found, *widgets()]  # a site brings what shows explorers


def surroundings():
    """What can be wrong with a computer, or with a copy of the course on it."""
    found = [folder()] if IN_A_TAB else [disk(), folder()]
    if is_course():
        found += [points(), notebooks("lessons"), notebooks("exercises"), names()]
    return found


def remarks():
    """Lines that help whoever is asked for help; none of them is wrong."""
    if IN_A_TAB:
        return [
            "Your work is kept in this browser, on this computer alone: download what you want to "
            "keep or hand in (right-click its name, Download).",
            "PyTorch does not run in a browser: lessons 13, 15 and 16 need your own computer.",
        ]
    return [torch(), threads(), sandbox(), f"Python: {sys.version.split()[0]}, {sys.executable}"]


def is_course(root=ROOT):
    """Is nnlib here in a copy of the course, and not installed on its own?"""
    return (root / "pyproject.toml").is_file()


# --- the pieces -------------------------------------------------------------------------------


def python(version=sys.version_info[:3]):
    """Is this Python new enough? version: a tuple of integers."""
    what = f"Python {dotted(PYTHON)} or newer"
    if tuple(version) >= PYTHON:
        return Finding(what, "yes", detail=dotted(version))
    advice = "Install a newer one from python.org, delete the folder .venv, and start again."
    return Finding(what, f"no, it is {dotted(version)}", advice)


def installed(pip):
    """One finding for each requirement of the course; one if it is not installed."""
    try:
        metadata.version(NAME)
        return packages(requirements(), pip)
    except metadata.PackageNotFoundError:
        advice = f"In a terminal, in the course's folder, run {preflight.install_all()}"
        return [Finding("nnlib is installed", "no", advice)]


def requirements(root=ROOT):
    """What lessons 00 to 12 need: "numpy>=2.0" and so on, from pyproject.toml where there is one.

    In a browser the page itself stands for what the extra "course" names, JupyterLab and a kernel.
    """
    if is_course(root):
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        lines = project["dependencies"] + project["optional-dependencies"]["course"]
        return [line for line in lines if ";" not in line]  # the rest is for one system alone
    lines = [line for line in metadata.requires(NAME) if not optional(line)]
    return [line.partition(";")[0].strip() for line in lines if not (IN_A_TAB and ";" in line)]


def optional(line):
    """Do lessons 00 to 12 do without it? A requirement of an extra like torch, or of one system."""
    return ";" in line and not re.search(r"; *extra == ['\"]course['\"]", line)


def packages(requirements, pip=in_a_cell):
    """One finding for each requirement of the form "name>=1.2"; ValueError for another form."""
    return [package(requirement, pip) for requirement in requirements]


def package(requirement, pip=in_a_cell):
    """Is it installed, and new enough? pip: a function that gives the command to install it."""
    if not re.fullmatch(r"[\w.-]+>=\d+(\.\d+)*", requirement):
        raise ValueError(f'package expected a requirement like "numpy>=2.0", got {requirement!r}.')
    name, bound = requirement.split(">=")
    what = f"{name} {bound} or newer"
    advice = f"Run {pip(requirement)}"
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(what, "no, it is not installed", advice)
    if numbers(found) < numbers(bound):
        return Finding(what, f"no, it is {found}", advice)
    return Finding(what, "yes", detail=with_pin(name, found))


def with_pin(name, found):
    """The installed version, and the one that the course is tested with if that is another."""
    pinned = pins().get(name, found)
    same = numbers(found) == numbers(pinned)
    return found if same else f"{found} (the course is tested with {pinned})"


def pins(root=ROOT):
    """{name: version} of the lists in requirements/; nothing where there are none.

    Where a version depends on the Python or the system, the first one counts.
    """
    found = {}
    for path in sorted((root / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE):
            found.setdefault(name, version)
    return found


def numbers(version):
    """(2, 13) for "2.13", "2.13.0" and "2.13.0+cpu": zeros at the end do not count."""
    found = [int(n) for n in re.match(r"\d+(\.\d+)*", version)[0].split(".")]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def mnist():
    """Are the four files there, and unaltered?"""

    def load():
        from nnlib import datasets

        datasets.mnist()

    return loaded("MNIST, 70,000 handwritten digits, four files with the right checksums", load)


def network():
    """Can the trained weights be loaded?"""

    def load():
        from nnlib import pretrained

        pretrained.mnist_mlp()

    return loaded("the trained network that reads digits", load)


def loaded(what, load):
    """Whether load() works: no finding where a package is missing, which others say."""
    try:
        load()
    except ImportError:
        return Finding(what, UNKNOWN)
    except (OSError, ValueError, KeyError) as error:
        return Finding(what, "no", str(error))
    return Finding(what, "yes")


def widgets(*prefixes):
    """Does JupyterLab find what it needs to show explorers? prefixes: where packages can be."""
    prefixes = prefixes or filter(None, (sys.prefix, site.getuserbase()))
    folders = [Path(prefix) / "share" / "jupyter" / "labextensions" for prefix in prefixes]
    again = "-m pip install --force-reinstall jupyterlab_widgets anywidget"
    advice = (
        f"In a terminal, run {preflight.typed(sys.executable, again)}, then start JupyterLab "
        "again. (VS Code and Colab bring their own.)"
    )
    return [
        Finding(f"JupyterLab can show {what}", "yes")
        if any((folder / name / "package.json").is_file() for folder in folders)
        else Finding(f"JupyterLab can show {what}", "no, an extension is missing", advice)
        for what, name in LABEXTENSIONS.items()
    ]


# --- what is around them ----------------------------------------------------------------------


def disk(path=None, wanted=FREE_BYTES):
    """Is there room to save notebooks?"""
    what = f"room on the disk, {wanted / 1e6:.0f} MB at least"
    free = shutil.disk_usage(path or Path.cwd()).free
    room = f"{free / 1e9:,.1f} GB free" if free >= 1e9 else f"{free / 1e6:.0f} MB free"
    if free >= wanted:
        return Finding(what, "yes", detail=room)
    advice = "Delete or move something large, or notebooks cannot be saved."
    return Finding(what, f"no, {room}", advice)


def folder(path=None):
    """Can notebooks be saved here? Tried with a file that is removed again."""
    path = Path(path or Path.cwd())
    advice = f"Copy the course to a folder of your own, or make this one writable: {path}"
    return Finding("this folder can be written to", *tried(path, advice))


def points():
    """Can the learner's points be stored where they are kept now?"""
    what = "your points can be stored"
    try:
        from nncourse.learner import progress
    except ImportError:
        return Finding(what, UNKNOWN)
    path = progress.location()
    if path is None:
        return Finding(what, "not wanted here (NNLIB_PROGRESS is off, or this is solutions/)")
    path = path.absolute()
    advice = f"Make it and its folder writable, or let NNLIB_PROGRESS name another file: {path}"
    for file in (path, path.with_name(f"{path.name}.lock")):
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            return Finding(what, f"no, {file.name} is closed to you", advice)
    existing = next(parent for parent in path.parents if parent.exists())
    return Finding(what, *tried(existing, advice), detail=f"in {path}")


def tried(path, advice):
    """("yes", "") if a file could be made in this folder and removed, else (why not, advice)."""
    try:
        with tempfile.NamedTemporaryFile(dir=path, prefix=".nnlib-doctor-") as file:
            file.write(b"x" * 4096)
            file.flush()
    except OSError as error:
        return f"no, {error.strerror or error}", advice
    return "yes", ""


def notebooks(name, root=ROOT):
    """Is there a whole notebook for each lesson, in lessons/ or exercises/?"""
    wanted = lesson_numbers(root)
    if name == "exercises" and (root / "solutions").is_dir():  # an author may not be done yet
        wanted = [number for number in wanted if list((root / "solutions").glob(f"{number}_*"))]
    what = f"{len(wanted)} notebooks in {name}/"
    missing = [number for number in wanted if not list((root / name).glob(f"{number}_*.ipynb"))]
    if missing:
        # file by file: the others may hold the learner's work
        how = preflight.restore(*(f"{name}/{number}_*" for number in missing), root=root)
        return Finding(what, f"no, {', '.join(missing)} missing", how)
    broken = [path for path in sorted((root / name).glob("[0-9]*.ipynb")) if not whole(path)]
    if broken:
        one = broken[0].relative_to(root).as_posix()
        backup = broken[0].with_name(f".~{broken[0].name}")
        if whole(backup):
            advice = (
                "JupyterLab was stopped while it saved, and kept what was there before. Restore it "
                f"with: {preflight.rename(backup.relative_to(root).as_posix(), one)}"
            )
        else:
            how = preflight.restore(one, root=root)
            advice = f"Keep a copy of the file if you worked in it. {how}"
        return Finding(what, f"no, {one} was cut off or altered", advice)
    return Finding(what, "yes")


def names(root=ROOT):
    """Does no file of the learner's hide a module, as a random.py beside a notebook does?"""
    what = "no file hides one of Python's modules"
    folders = [root, root / "my", root / "my" / "lessons", root / "my" / "exercises"]
    hidden = preflight.hiding(*folders)
    if not hidden:
        return Finding(what, "yes")
    return Finding(what, f"no, {Path(hidden[0]).name} does", preflight.hides(hidden))


def lesson_numbers(root):
    """["00", "01", ...]: the lessons that have exercises, by the files that specify them."""
    folder = root / "nncourse" / "exercises"
    return sorted(path.stem[-2:] for path in folder.glob("lesson_[0-9][0-9].py"))


def whole(path):
    """Is it a notebook that can be opened?"""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return isinstance(notebook["cells"], list) and notebook["nbformat"] == 4
    except (OSError, ValueError, KeyError, TypeError):
        return False


# --- remarks ----------------------------------------------------------------------------------


def threads(environment=os.environ, cores=None):
    """How many threads NumPy computes with, and when fewer would be faster."""
    cores = cores or usable_cores()
    chosen = environment.get("OPENBLAS_NUM_THREADS") or environment.get("OMP_NUM_THREADS") or ""
    number = int(chosen) if chosen.isdecimal() and int(chosen) else None
    told = f"OPENBLAS_NUM_THREADS is {chosen}" if chosen else "OPENBLAS_NUM_THREADS is not set"
    line = f"threads: {cores} {'core' if cores == 1 else 'cores'}, {told}"
    few = preflight.setting("OPENBLAS_NUM_THREADS", 1)
    if number is not None and number > cores:
        return f"{line}. More threads than cores is slow: {few}"
    if number is None and (os.cpu_count() or 1) > cores:
        return f"{line}. This computer has more cores than you may use, which is slow: {few}"
    if number is None and cores > 1:
        return f"{line}. If others compute on this machine too, one thread is faster: {few}"
    return line


def usable_cores(quota=Path("/sys/fs/cgroup/cpu.max")):
    """The cores that this process may use: a container often may use fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        most, period = quota.read_text(encoding="utf-8").split()
        return min(cores, math.ceil(int(most) / int(period)))
    except (OSError, ValueError):  # no such file, or "max"
        return cores


def torch(version=None):
    """PyTorch is needed late, so a computer without it is well."""
    what = "PyTorch, for lessons 13, 15 and 16"
    try:
        version = version or metadata.version("torch")
    except metadata.PackageNotFoundError:
        return f"{what}: not installed yet. When you get there: {preflight.install_torch()}"
    if numbers(version) < (2, 4):
        return (
            f"{what}: {version}, the last one for this computer. It does not know NumPy 2, so "
            "those lessons do not run to their end here"
        )
    return f"{what}: {with_pin('torch', version)}"


def sandbox():
    """Is there the sandbox that grading other people's notebooks needs? It is started, really."""
    what = "the sandbox, for instructors who grade"
    try:
        from nncourse.grading.sandbox import trial

        starts, how = trial()
    except ImportError:
        return f"{what}: {UNKNOWN}"
    return f"{what}: {'it starts' if starts else 'not ready'}: {how}"
