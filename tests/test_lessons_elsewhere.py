"""Lessons on other machines: with another number of threads, and without PyTorch."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from nncourse.authoring.lesson import Lesson, tags

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
# what stands for PyTorch on a computer that has none
NO_TORCH = 'raise ModuleNotFoundError("No module named \'torch\'", name="torch")\n'


def run(path, folder, **environment):
    """Run a copy of a lesson in `folder` with these environment variables; return it as a Lesson.

    By the command that a contributor uses, so that threads are counted in a new process.
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


def test_two_threads_and_no_pytorch_print_what_is_stored(tmp_path):
    (tmp_path / "torch.py").write_text(NO_TORCH, encoding="utf-8")
    (path,) = (path for path in LESSONS if path.name.startswith("06"))
    environment = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert printed(run(path, tmp_path / "run", **environment)) == printed(Lesson(path))
