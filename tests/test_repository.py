"""What is in the repository: no path of one machine, nothing huge, requirements that agree."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from nncourse.authoring.lesson import read
from nncourse.authoring.notebooks import CELL_METADATA, NOTEBOOK_METADATA

ROOT = Path(__file__).parents[1]
MNIST = ROOT / "nnlib" / "datasets" / "files"
MAX_BYTES = 2_000_000
BINARY_FILES = {".png", ".gif", ".gz", ".npz"}

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


@pytest.mark.parametrize("top", ["home", "Users", "root", "work", "tmp", "mnt"])
def test_a_path_of_one_machine_is_noticed(top):
    path = "/".join(["", top, "anna", "course"])  # joined, so that this file holds none
    for text in (path, f"see {path}", f"'{path}'", f"![{path}]({path})"):
        assert machine_paths(text)


def test_a_path_of_one_windows_machine_is_noticed():
    assert machine_paths("\\".join(["C:", "Users", "anna"]))


@pytest.mark.parametrize(
    "text",
    ["nnlib/nn/linear.py", "/usr/bin/chromium", "https://x.org/home/anna", "my/home/a", "N: in"],
)
def test_other_paths_are_no_problem(text):
    assert not machine_paths(text)


def test_no_file_holds_a_path_of_one_machine():
    found = {}
    for path in TEXTS:
        paths = machine_paths(path.read_text(encoding="utf-8"))
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


def pins():
    """{package: version} of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    lines = [line.split("#")[0].strip() for line in lines]
    exact = [line for line in lines if line and line != "-e ."]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in exact), "pin exact versions"
    return dict(line.split("==") for line in exact)


def bounds():
    """The requirements of pyproject.toml, those of its extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    return [Requirement(text) for text in sum(extras, project["dependencies"])]


def test_pinned_versions_keep_the_bounds_of_pyproject():
    pinned = pins()
    for requirement in bounds():
        assert requirement.name in pinned, f"requirements.txt pins no {requirement.name}"
        assert requirement.specifier.contains(pinned[requirement.name]), str(requirement)
        assert str(requirement.specifier).startswith(">="), f"{requirement} has no lower bound"


def test_the_package_itself_comes_last_in_requirements():
    lines = (ROOT / "requirements.txt").read_text().split("\n")
    assert [line for line in lines if line.strip()][-1] == "-e ."


def test_ci_run_is_executable_bash():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "make test" in script.read_text()
