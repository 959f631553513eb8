"""The files that run the course elsewhere: checked as far as they can be without a network."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import nnlib
from nncourse.__main__ import main as nncourse
from nncourse.authoring import notebooks
from tests import audit, oldest, wheels

ROOT = Path(__file__).parents[1]
PYTORCH = "--extra-index-url https://download.pytorch.org/whl/cpu"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DEVCONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
BINDER = ROOT / "binder"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


def instructions(stage=-1):
    """The stage of the Dockerfile, its last one, as [(instruction, its words)].

    Lines that end in \\ are continued.
    """
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if line.startswith("FROM")]
    lines = lines[starts[stage] :] if stage == -1 else lines[starts[stage] : starts[stage + 1]]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in joined]


@pytest.mark.parametrize(
    "version",
    [
        dict(instructions())["FROM"].removeprefix("python:").removesuffix("-slim"),
        DEVCONTAINER["image"].rsplit(":", 1)[1],
        (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-"),
    ],
    ids=["Docker", "devcontainer", "Binder"],
)
def test_python_is_new_enough(version):
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{version}.0")


def test_docker_installs_everything_and_runs_lesson_00_as_a_user_without_rights():
    steps = instructions()
    (install,) = [words for name, words in steps if name == "RUN"]
    assert PYTORCH in " ".join(install.split())
    assert "-r requirements/learn.txt -r requirements/torch.txt -e ." in install
    user = dict(steps)["USER"]
    assert user != "root"
    assert f"useradd --create-home {user}" in install
    command = json.loads(dict(steps)["CMD"])
    assert command[:2] == ["jupyter", "lab"]
    assert (ROOT / command[-1].split("/lab/tree/")[1]).is_file()
    assert not [word for word in command if "token" in word or "password" in word]
    names = [name for name, _ in steps]
    assert names.index("RUN") < names.index("USER") < names.index("CMD")


def test_the_stage_for_grading_holds_packages_and_nothing_of_the_course():
    (first, *steps) = instructions(stage=0)
    assert first == ("FROM", "python:3.12-slim AS sandbox")
    copied = [words.split()[:-1] for name, words in steps if name == "COPY"]
    assert copied == [["requirements/learn.txt", "requirements/torch.txt"]]


def test_the_image_leaves_out_what_belongs_to_one_machine():
    ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
    assert {".git", ".venv", "progress.json*", "grades"} <= ignored


def test_the_devcontainer_and_binder_install_the_requirements():
    assert PYTORCH in DEVCONTAINER["postCreateCommand"]
    assert DEVCONTAINER["postCreateCommand"].endswith("-r requirements.txt")
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    parts = ["-r ../requirements/learn.txt", "-r ../requirements/torch.txt", "-e ."]
    assert wanted == [PYTORCH, *parts]


# ------------------------------------------------------------------------------------- computers
def test_the_table_of_computers_is_of_today():
    """tests/wheels.py asked PyPI; here: the table has its form, and names the PyTorch of today."""
    text = wheels.PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (3\.\d+) \| (.*) \|$", text, re.MULTILINE)
    answers = {
        (python, system): cell
        for python, cells in rows
        for system, cell in zip(wheels.SYSTEMS, cells.split(" | "), strict=True)
    }
    assert text == wheels.page(answers)
    lines = (ROOT / "requirements" / "torch.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    names = {"Linux": ("linux", "x86_64"), "Windows": ("win32", "AMD64")}
    names |= {
        "macOS, Apple's processors": ("darwin", "arm64"),
        "macOS, Intel's": ("darwin", "x86_64"),
    }
    for (python, system), cell in answers.items():
        platform, machine = names[system]
        where = {"python_version": python, "sys_platform": platform, "platform_machine": machine}
        found = [next(iter(p.specifier)).version for p in pins if p.marker.evaluate(where)]
        assert cell == (f"all, PyTorch {found[0]}" if found else "all, no PyTorch")


@pytest.mark.parametrize(
    ("found", "code", "says"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 packages looked up, 0 known"),
        ([{"name": "b", "skip_reason": "no such list"}], audit.NOT_ASKED, "1 of 1 packages could"),
        (
            [
                {"name": "a", "version": "1", "vulns": [{"id": "X-7", "fix_versions": ["1.2"]}]},
                {"name": "b", "skip_reason": "no such list"},
            ],
            1,
            "a 1: X-7, fixed in 1.2",
        ),
    ],
)
def test_what_an_audit_says(found, code, says):
    lines, exit_code = audit.verdict(found)
    assert exit_code == code
    assert says in "\n".join(lines)
    unknown = any("skip_reason" in package for package in found)
    assert ("no such list" in lines[-1]) == unknown


def test_an_audit_asks_about_every_list():
    files = {path.stem for path in (ROOT / "requirements").glob("*.txt")}
    assert set(audit.LISTS) == files


# As on Windows: what Python has on Unix alone is taken away before the course is imported.
ON_WINDOWS = """
import json, os, resource, signal, sys
for module, names in {
    os: "fork geteuid getuid killpg sched_getaffinity sysconf wait4",
    signal: "setitimer SIGALRM SIGKILL",
}.items():
    for name in names.split():
        delattr(module, name)
for name in ("fcntl", "pwd", "grp", "resource", "pyseccomp"):
    sys.modules[name] = None
os.environ["PATH"] = ""
from nncourse.__main__ import main
for command in json.loads(sys.argv[1]):
    print("exit code:", main(command), flush=True)
"""


def test_commands_without_what_only_unix_has(tmp_path):
    (tmp_path / "submissions").mkdir()
    commands = [["progress"], ["hint", "05.2"], ["doctor"], ["grade", "submissions"]]
    done = subprocess.run(
        [sys.executable, "-c", ON_WINDOWS, json.dumps(commands)],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "NNLIB_PROGRESS": "", "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        encoding="cp1252",
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert re.findall(r"exit code: (\d)", done.stdout) == ["0", "0", "0", "2"], done.stdout
    for words in ("00", "Hint 1 of 3", "Everything is there."):
        assert words in done.stdout
    assert "WSL 2" in done.stderr


# -------------------------------------------------------------------------------- habits, versions
def hooks():
    return [hook for repository in HOOKS for hook in repository["hooks"]]


def test_every_hook_is_local_and_of_this_system():
    assert {repository["repo"] for repository in HOOKS} == {"local"}
    assert {hook["language"] for hook in hooks()} == {"system"}


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_the_command_of_a_hook_runs(hook):
    tool, *words = shlex.split(hook["entry"])
    if Path(tool).name == "ruff":
        command = [Path(sys.executable).with_name("ruff"), *words, "nnlib/random.py"]
        assert subprocess.run(command, cwd=ROOT).returncode == 0
    elif hook["id"] == "lessons":
        assert notebooks.main([*words[2:], str(ROOT / "lessons" / "00_start_here.ipynb")]) == 0
    elif hook["id"] == "exercises":  # a test of its own: here, does it start?
        with pytest.raises(SystemExit, match=r"^0$"):
            nncourse([*words[2:], "--help"])
    else:
        assert words[:2] == ["-m", "pytest"]
        assert (ROOT / words[-1]).is_file()


def test_the_oldest_row_is_the_lower_bounds():
    bounds = dict(bound.split("==") for bound in oldest.lower_bounds())
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    (head,) = [line for line in table if line.startswith("| | Python |")]
    (row,) = [line for line in table if line.startswith("| oldest |")]
    names, versions = ([cell.strip() for cell in line.split("|")[3:-1]] for line in (head, row))
    said = dict(zip(names, versions, strict=True))
    (torch,) = [
        r for r in map(Requirement, PROJECT["optional-dependencies"]["torch"]) if r.name == "torch"
    ]
    assert said.pop("torch") == next(iter(torch.specifier)).version
    assert said == {name: bounds[name] for name in said}


@pytest.mark.parametrize("path", oldest.TESTS)
def test_what_runs_with_the_oldest_packages_is_there(path):
    assert list(ROOT.joinpath(path).rglob("test_*.py")) or ROOT.joinpath(path).is_file()


def test_what_is_left_out_with_the_oldest_packages_is_there():
    """A test that was renamed would be left in, silently: pytest takes any name to deselect."""
    for option in oldest.WITH_TORCH:
        path, name = option.removeprefix("--deselect=").split("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {name.split('[')[0]}(" in source


def test_the_version_stands_in_one_place_and_the_changes_begin_with_it():
    assert "version" in PROJECT["dynamic"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = [line for line in changes.splitlines() if line.startswith("## ")]
    first = next(line for line in heads if line != "## Not released yet")
    assert first == f"## {nnlib.__version__}"
