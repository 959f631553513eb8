"""Lessons on other machines: with another number of threads, and without PyTorch."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nncourse.authoring.lesson import Lesson, tags
from nncourse.authoring.structure import FIRST_TORCH_LESSON

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
# what stands for PyTorch on a computer that has none
NO_TORCH = 'raise ModuleNotFoundError("No module named \'torch\'", name="torch")\n'


def run(path, folder, **environment):
    """Run a copy of a lesson in `folder` with these environment variables; return it as a Lesson.

    By the command that a contributor uses, so that threads are counted anew in a new process.
    """
    folder.mkdir(exist_ok=True)
    copy = shutil.copy(path, folder)
    completed = subprocess.run(
        [sys.executable, "-m", "nncourse.authoring.notebooks", copy],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert "stored after" in completed.stdout, completed.stderr
    return Lesson(Path(copy))


def printed(lesson):
    """The text that each cell printed, without those whose output is not compared."""
    return {
        cell.id: [output.text for output in cell.outputs if output.get("name") == "stdout"]
        for _, cell in lesson.code
        if "nbval-ignore-output" not in tags(cell)
    }


@pytest.mark.parametrize("number", ["06"])
def test_two_threads_print_what_is_stored_as_one_does_in_make_test(number, tmp_path):
    (path,) = (path for path in LESSONS if path.name.startswith(number))
    environment = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    assert printed(run(path, tmp_path / "two", **environment)) == printed(Lesson(path))


def test_a_lesson_runs_without_torch(tmp_path):
    (tmp_path / "torch.py").write_text(NO_TORCH, encoding="utf-8")
    (path,) = (path for path in LESSONS if path.name.startswith("00"))
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert printed(run(path, tmp_path, PYTHONPATH=paths))


def test_nnlib_never_imports_torch(tmp_path):
    (tmp_path / "torch.py").write_text(NO_TORCH, encoding="utf-8")
    code = (
        "import importlib, pkgutil, nnlib\n"
        "for module in pkgutil.walk_packages(nnlib.__path__, 'nnlib.'):\n"
        "    if not module.name.endswith(('__main__', '.worker')):\n"
        "        importlib.import_module(module.name)\n"
        "import sys; print(len([m for m in sys.modules if m.startswith('nnlib')]))\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    completed = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert completed.returncode == 0, completed.stderr
    assert int(completed.stdout) > 40


def test_only_the_last_lessons_name_torch():
    early = [path for path in LESSONS if int(path.name[:2]) < FIRST_TORCH_LESSON]
    importing = [
        path.name
        for path in early
        for _, cell in Lesson(path).code
        if re.search(r"^\s*(import|from) torch", cell.source, re.MULTILINE)
    ]
    assert importing == []
