"""The set-up check: what it says when all is well, and about each thing that can be missing."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from nncourse import preflight
from nncourse.__main__ import main as nnlib_main
from nncourse.grading import container, sandbox
from nncourse.learner import doctor
from nnlib import datasets, pretrained

ROOT = Path(__file__).resolve().parents[2]
WRITTEN_NOW = shutil.ignore_patterns("__pycache__")  # by other processes of the test run
DISK = doctor.disk
mnist_files = sys.modules[datasets.mnist.__module__]


def test_all_is_well_here_in_one_line_which_names_no_version_or_folder_of_this_machine():
    setup = doctor.check_setup()
    assert repr(setup) == "Everything is there."
    page = BeautifulSoup(setup._repr_html_(), "html.parser")
    assert page.p.text == "✓ Everything is there."
    looked = page.details.get_text("\n").splitlines()[1:]  # folded
    assert looked[0] == "Python 3.11 or newer: yes"
    assert "numpy 2.0 or newer: yes" in looked
    assert all(line.endswith(": yes") for line in looked)
    assert sys.prefix not in str(page)


def test_the_command_says_more_and_its_exit_code_is_0(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(doctor, "notebooks", lambda name: doctor.Finding(name, "yes"))
    assert nnlib_main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^numpy 2\.0 or newer: yes, \d+\.\d+\.\d+$", out, re.MULTILINE)
    assert re.search(r"^room on the disk, 500 MB at least: yes, [\d.,]+ [GM]B free$", out, re.M)
    assert "this folder can be written to: yes\n" in out
    assert f"your points can be stored: yes, in {tmp_path}" in out
    assert re.search(r"^threads: \d+ cores?, OPENBLAS_NUM_THREADS is ", out, re.MULTILINE)
    assert "PyTorch, for lessons 13, 15 and 16: " in out
    assert "the sandbox, for instructors who grade: " in out
    assert f"Python: {sys.version.split()[0]}, {sys.executable}" in out
    assert out.endswith("\nEverything is there.\n")


def test_the_exit_code_is_1_when_something_is_wrong(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "disk", lambda: DISK(wanted=1e18))
    monkeypatch.setattr(doctor, "requirements", lambda: ["no-such>=1", "numpy>=99"])
    assert doctor.main([]) == 1
    out = capsys.readouterr().out
    assert re.search(r"^room on the disk, .*: no, .* free. Delete or move something", out, re.M)
    command = preflight.install("numpy>=99")
    numpy = doctor.metadata.version("numpy")
    assert f"numpy 99 or newer: no, it is {numpy}. Run {command}" in out
    assert f"All packages at once: {preflight.install_all()}" in out


def test_lesson_00_hears_of_the_surroundings_only_what_is_wrong(monkeypatch):
    monkeypatch.setattr(doctor, "disk", lambda: DISK(wanted=1e18))
    monkeypatch.setattr(doctor, "folder", lambda: doctor.Finding("folder", "yes"))
    setup = doctor.check_setup()
    for out in (repr(setup), BeautifulSoup(setup._repr_html_(), "html.parser").text):
        assert "room on the disk" in out
        assert "folder" not in out
        assert "Python 3.11" not in out  # what is there
        assert "need your attention" in out


def test_every_requirement_of_pyproject_is_looked_at(tmp_path, monkeypatch):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["course"]
    everywhere = [line for line in declared if ";" not in line]
    assert doctor.requirements() == everywhere
    needed = [line for line in project["dependencies"] if ";" not in line]
    lines = [*project["dependencies"], "jupyterlab>=4.2; extra == 'course'"]
    lines += ["torch>=2.4; (sys_platform != 'darwin') and extra == 'torch'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: lines)
    installed_without_the_course = doctor.requirements(tmp_path)
    assert installed_without_the_course == [*needed, "jupyterlab>=4.2"]
    monkeypatch.setattr(doctor, "IN_A_TAB", True)  # JupyterLab is the page itself
    assert doctor.requirements(tmp_path) == needed


def test_a_computer_without_pytorch_is_well(monkeypatch):
    def missing(name):
        raise doctor.metadata.PackageNotFoundError(name)

    assert re.match(r"PyTorch, for lessons 13, 15 and 16: \d+\.\d+", doctor.torch("2.13.0+cpu"))
    assert "does not know NumPy 2" in doctor.torch("2.2.2")
    monkeypatch.setattr(doctor.metadata, "version", missing)
    line = doctor.torch()
    assert line.startswith(
        "PyTorch, for lessons 13, 15 and 16: not installed yet. When you get there: "
    )
    assert line.endswith(preflight.install_torch())
    assert "tasks.py torch" in line


def test_in_a_browser_tab_it_says_what_matters_there(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "IN_A_TAB", True)
    monkeypatch.setattr(doctor, "is_course", lambda root=ROOT: False)
    monkeypatch.setattr(doctor, "requirements", lambda: ["numpy>=2.0"])
    monkeypatch.setattr(doctor, "disk", None)  # a browser has none that can be asked
    assert doctor.main([]) == 0
    out = capsys.readouterr().out
    assert "JupyterLab" not in out
    assert "threads" not in out
    assert "Your work is kept in this browser" in out
    assert "PyTorch does not run in a browser" in out
    shown = doctor.check_setup()  # in a tab there is no terminal to ask from
    for text in (repr(shown), shown._repr_html_()):
        assert "Everything is there." in text
        assert all(remark in text for remark in doctor.remarks())
    advice = doctor.package("numpy>=99").advice
    assert advice == 'Run %pip install "numpy>=99" in a new cell.'


@pytest.mark.parametrize(
    ("system", "slash", "expected"),
    [
        ("posix", "/", ['mv "a/b" "a/c"', "export X=1", "make torch (without make: "]),
        ("nt", "\\", ['move "a\\b" "a\\c"', '$env:X = "1"', "py tasks.py torch"]),
    ],
)
def test_advice_is_in_the_words_of_the_system(monkeypatch, system, slash, expected):
    monkeypatch.setattr(preflight, "os", Words(system, slash))
    said = [preflight.rename("a/b", "a/c"), preflight.setting("X", 1), preflight.install_torch()]
    assert all(text.startswith(start) for text, start in zip(said, expected, strict=True)), said


class Words:
    """What preflight asks of the module os for its words."""

    def __init__(self, name, sep):
        self.name, self.sep = name, sep


@pytest.mark.parametrize(
    ("system", "slash", "python", "expected"),
    [
        ("posix", "/", "/course/python", "/course/python -m pip install"),
        ("posix", "/", "/my course/python", "'/my course/python' -m pip install"),
        ("posix", "/", "/it's/$HOME", """'/it'"'"'s/$HOME' -m pip install"""),
        ("nt", "\\", "course\\python.exe", "course\\python.exe -m pip install"),
        ("nt", "\\", "my course\\python.exe", '& "my course\\python.exe" -m pip install'),
    ],
)
def test_a_command_can_be_typed_as_it_is_shown(monkeypatch, system, slash, python, expected):
    monkeypatch.setattr(preflight, "os", Words(system, slash))
    line = preflight.install("numpy", executable=python)
    assert line.startswith(f'{expected} "numpy"')
    assert ("in cmd without the &" in line) == expected.startswith("&")


def test_git_is_advised_only_where_there_is_git_and_a_clone(tmp_path, monkeypatch):
    name = "lessons/01_*"
    here = f"Copy from a fresh download of the course into this one: lessons{os.sep}01_*"
    assert preflight.restore(name, root=tmp_path) == here
    (tmp_path / ".git").write_text("gitdir: elsewhere", encoding="utf-8")  # a worktree's is a file
    if shutil.which("git"):
        assert (
            preflight.restore(name, root=tmp_path) == 'Restore with: git checkout -- "lessons/01_*"'
        )
    monkeypatch.setattr(preflight, "on_path", lambda program: False)
    assert preflight.restore(name, root=tmp_path) == here


def test_a_missing_package_is_named_with_the_line_that_installs_it():
    finding = doctor.package("no-such-package>=1.2")
    assert finding.answer == "no, it is not installed"
    assert '%pip install "no-such-package>=1.2"' in finding.advice
    assert "Restart" in finding.advice


def test_a_package_that_is_too_old_is_named_with_its_version():
    finding = doctor.package("numpy>=99.1")
    assert re.fullmatch(r"no, it is \d+\.\d+\.\d+.*", finding.answer)
    assert finding.what == "numpy 99.1 or newer"
    assert "numpy>=99.1" in finding.advice


def test_a_version_that_the_course_is_not_tested_with_is_told(monkeypatch):
    found = doctor.metadata.version("numpy")
    assert doctor.pins()["numpy"] == found or doctor.pins()["numpy"] in doctor.with_pin(
        "numpy", "2"
    )
    monkeypatch.setattr(doctor, "pins", lambda: {"numpy": "2.99.1"})
    finding = doctor.package("numpy>=2.0")
    assert finding.line == f"numpy 2.0 or newer: yes, {found} (the course is tested with 2.99.1)"
    assert finding.advice == ""
    assert str(finding) == "numpy 2.0 or newer: yes"


def test_an_nnlib_that_is_not_installed(monkeypatch):
    def refuse(name):
        raise doctor.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "version", refuse)
    (finding,) = doctor.installed(preflight.install)
    assert str(finding).startswith("nnlib is installed: no. In a terminal, in the course's folder")
    assert finding.advice.endswith("-m pip install -r requirements/learn.txt -e .")


def test_extras_that_lessons_do_without_are_not_asked_for():
    assert doctor.optional('distributed>=2024.8; extra == "dask"')
    assert not doctor.optional("torch>=2.4; extra == 'course'")
    assert not doctor.optional("numpy>=2.0")


@pytest.mark.parametrize(
    ("installed", "bound", "enough"),
    [
        ("2.10.0", "2.9", True),  # as text it would be the other way round
        ("2.4", "2.4.0", True),
        ("2.13.0+cpu", "2.13", True),
        ("4.6.0rc1", "4.6", True),
        ("1.26.4", "2.0", False),
        ("2.3.9", "2.4", False),
    ],
)
def test_versions_are_compared_number_by_number(installed, bound, enough):
    assert (doctor.numbers(installed) >= doctor.numbers(bound)) is enough


@pytest.mark.parametrize("requirement", ["numpy", "numpy==2.0", "numpy>=2.0,<3"])
def test_a_requirement_of_another_form_is_refused(requirement):
    with pytest.raises(ValueError, match="expected a requirement like"):
        doctor.package(requirement)


def test_python_too_old():
    assert doctor.python((3, 11, 0)).advice == ""
    finding = doctor.python((3, 10, 14))
    assert str(finding).startswith("Python 3.11 or newer: no, it is 3.10.14. Install a newer one")


@pytest.fixture
def mnist_copy(tmp_path, monkeypatch):
    for name in mnist_files.SHA256:
        shutil.copy(mnist_files.FILES / f"{name}.gz", tmp_path)
    monkeypatch.setattr(mnist_files, "FILES", tmp_path)
    return tmp_path


def test_a_damaged_mnist_file_is_named_with_how_to_restore_it(mnist_copy):
    assert str(doctor.mnist()).endswith(": yes")
    file = mnist_copy / "t10k-labels-idx1-ubyte.gz"
    packed = bytearray(file.read_bytes())
    packed[1000] ^= 1
    file.write_bytes(packed)
    finding = doctor.mnist()
    assert finding.answer == "no"
    assert "t10k-labels-idx1-ubyte.gz" in finding.advice
    assert "git checkout" in finding.advice


def test_a_missing_mnist_file(mnist_copy):
    (mnist_copy / "train-images-idx3-ubyte.gz").unlink()
    out = repr(doctor.check_setup())
    assert "train-images-idx3-ubyte.gz is missing" in out
    assert re.search(r"\n1 of \d+ need your attention", out)
    assert "Everything is there" not in out


def test_missing_weights(tmp_path, monkeypatch):
    assert doctor.network().advice == ""
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    finding = doctor.network()
    assert finding.answer == "no"
    assert "mnist_mlp.npz" in finding.advice


def test_missing_widget_extension(tmp_path):
    extension = tmp_path / "share/jupyter/labextensions/anywidget"
    extension.mkdir(parents=True)
    (extension / "package.json").write_text("{}", encoding="utf-8")
    sliders, pad = doctor.widgets(tmp_path)
    assert sliders.answer == "no, an extension is missing"
    assert "jupyterlab_widgets" in sliders.advice
    assert str(pad) == "JupyterLab can show the digit pad: yes"


# --- the surroundings -------------------------------------------------------------------------


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path):
    assert doctor.folder(tmp_path).advice == ""
    assert list(tmp_path.iterdir()) == []  # the file of the trial is gone
    finding = doctor.folder(tmp_path / "gone")
    assert finding.answer == "no, No such file or directory"
    assert str(tmp_path / "gone") in finding.advice


def test_points(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "progress.json"  # its folder is made when points are stored
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    assert doctor.points().line == f"your points can be stored: yes, in {path}"
    assert not path.parent.exists()
    path.parent.mkdir()
    for name in ("progress.json", "progress.json.lock"):
        (path.parent / name).write_text("{}", encoding="utf-8")
        monkeypatch.setattr(os, "access", lambda file, mode, name=name: Path(file).name != name)
        finding = doctor.points()
        assert finding.answer == f"no, {name} is closed to you"
        assert str(path) in finding.advice
        monkeypatch.undo()
        monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    monkeypatch.setenv("NNLIB_PROGRESS", "off")
    assert doctor.points().advice == ""


@pytest.fixture
def course(tmp_path):
    """A course of two lessons."""
    specifications = tmp_path / "nncourse" / "exercises"
    specifications.mkdir(parents=True)
    for number in ("00", "01"):
        (specifications / f"lesson_{number}.py").touch()
        for name in ("lessons", "exercises", "solutions"):
            (tmp_path / name).mkdir(exist_ok=True)
            text = json.dumps({"cells": [], "nbformat": 4})
            (tmp_path / name / f"{number}_lesson.ipynb").write_text(text, encoding="utf-8")
    return tmp_path


def test_notebooks(course):
    assert str(doctor.notebooks("lessons", course)) == "2 notebooks in lessons/: yes"
    (course / "lessons" / "01_lesson.ipynb").unlink()
    finding = str(doctor.notebooks("lessons", course))
    assert finding.endswith(f"no, 01 missing. {preflight.restore('lessons/01_*', root=course)}")
    shutil.rmtree(course / "exercises")
    finding = doctor.notebooks("exercises", course)
    assert finding.answer == "no, 00, 01 missing"
    both = preflight.restore("exercises/00_*", "exercises/01_*", root=course)
    assert finding.advice == both


def test_exercises_that_have_no_solution_yet_are_not_missed(course):
    for name in ("exercises", "solutions"):
        (course / name / "01_lesson.ipynb").unlink()
    assert doctor.notebooks("exercises", course).advice == ""
    shutil.rmtree(course / "solutions")  # an instructor may give the course without them
    assert doctor.notebooks("exercises", course).answer == "no, 01 missing"


@pytest.mark.parametrize("text", ["", '{"cells": [', "[]", '{"cells": [], "nbformat": 3}'])
def test_a_notebook_that_was_cut_off(course, text):
    (course / "exercises" / "01_lesson.ipynb").write_text(text, encoding="utf-8")
    finding = doctor.notebooks("exercises", course)
    assert finding.answer == "no, exercises/01_lesson.ipynb was cut off or altered"
    how = preflight.restore("exercises/01_lesson.ipynb", root=course)
    assert finding.advice == f"Keep a copy of the file if you worked in it. {how}"


def test_here_every_notebook_of_a_lesson_is_whole():
    assert doctor.lesson_numbers(ROOT)[0] == "00"
    assert doctor.notebooks("lessons").advice == ""
    wheel = ROOT / "nnlib"
    assert doctor.is_course()
    assert not doctor.is_course(wheel)


@pytest.mark.parametrize(
    ("environment", "cores", "of", "advice"),
    [
        ({"OPENBLAS_NUM_THREADS": "1"}, 2, 2, ""),
        ({"OPENBLAS_NUM_THREADS": "8"}, 2, 2, "More threads than cores"),
        ({"OMP_NUM_THREADS": "8"}, 2, 2, "More threads than cores"),
        ({}, 1, 1, ""),
        ({}, 2, 2, "If others compute on this machine too"),
        ({}, 2, 64, "more cores than you may use"),
        ({"OPENBLAS_NUM_THREADS": "many"}, 2, 64, "more cores than you may use"),
    ],
)
def test_threads(monkeypatch, environment, cores, of, advice):
    monkeypatch.setattr(os, "cpu_count", lambda: of)
    line = doctor.threads(environment, cores)
    assert line.startswith(f"threads: {cores} core")
    assert advice in line
    few = preflight.setting("OPENBLAS_NUM_THREADS", 1)
    assert line.endswith(few) == bool(advice)


def test_cores_of_a_container(tmp_path):
    quota = tmp_path / "cpu.max"
    everything = doctor.usable_cores(quota)
    quota.write_text("max 100000\n", encoding="utf-8")
    assert doctor.usable_cores(quota) == everything
    quota.write_text("50000 100000\n", encoding="utf-8")  # half a core
    assert doctor.usable_cores(quota) == 1


def test_the_sandbox_is_only_a_remark_and_is_started(monkeypatch):
    monkeypatch.setattr(sandbox, "trial", lambda: (True, "bubblewrap"))
    assert doctor.sandbox() == "the sandbox, for instructors who grade: it starts: bubblewrap"
    monkeypatch.setattr(sandbox, "trial", lambda: (False, "bwrap is missing."))
    assert doctor.sandbox().endswith("not ready: bwrap is missing.")


@pytest.mark.parametrize(
    ("system", "name", "engine", "says"),
    [
        ("win32", "nt", None, "install WSL 2"),
        ("darwin", "posix", None, "neither Docker nor Podman is installed and running"),
        ("darwin", "posix", "/usr/local/bin/docker", "docker runs here: when you first grade"),
    ],
)
def test_where_there_is_no_linux_it_tells_the_way_of_that_system(
    monkeypatch, system, name, engine, says
):
    started = []
    caches = (sandbox.working_way, container.why_not)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(sandbox.sys, "platform", system)
    monkeypatch.setattr(container.os, "name", name)
    monkeypatch.setattr(container, "engine", lambda: engine)
    monkeypatch.setattr(container, "answers", lambda *words: started.append(words))  # no image
    monkeypatch.setattr(container.subprocess, "run", None)  # nothing is built
    try:
        line = doctor.sandbox()
    finally:
        monkeypatch.undo()
        for cached in caches:
            cached.cache_clear()
    assert "not ready: bubblewrap, which shuts a learner's code in, exists for Linux alone." in line
    assert says in line
    assert all("image" in words for words in started)


def test_names(tmp_path):
    """test.py and my_nn.py hide nothing that anybody needs; a folder hides with an __init__.py."""
    work = tmp_path / "my" / "lessons"
    work.mkdir(parents=True)
    for name in ("test.py", "my_nn.py", "random.ipynb", "statistics.txt"):
        (work / name).touch()
    (work / "numpy").mkdir()
    assert doctor.names(tmp_path) == ("no file hides one of Python's modules", "yes", "", "")
    (work / "statistics.py").touch()
    line = str(doctor.names(tmp_path))
    assert line.startswith("no file hides one of Python's modules: no, statistics.py does. ")
    assert preflight.hides([str(work / "statistics.py")]) in line
    (work / "numpy" / "__init__.py").touch()
    assert preflight.hiding(work) == [str(work / "numpy"), str(work / "statistics.py")]


# --- without what it looks for ----------------------------------------------------------------


def test_it_works_without_numpy(tmp_path):
    """As where only Python is installed: -S leaves out site-packages, -I the environment."""
    # in a course without .venv
    shutil.copytree(ROOT / "nncourse", tmp_path / "nncourse", ignore=WRITTEN_NOW)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['-m', 'doctor']\n"
    code += "import nncourse, runpy; sys.argv = ['nncourse', 'doctor']\n"
    code += "runpy.run_module('nncourse.__main__', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.returncode == 1
    assert "with the right checksums: that cannot be told without NumPy" in done.stdout
    assert "this folder can be written to: yes" in done.stdout
    assert "need your attention" in done.stdout
