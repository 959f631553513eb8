"""The options of tests/conftest.py fail the runs that they should, with and without workers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

TESTS = Path(__file__).parent
PLUGINS = ("-p", "nbval.plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider")
WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "loadscope")])


@pytest.fixture
def course(tmp_path):
    """A small repository: the real conftest, one test that passes, one lesson."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "lessons").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for name in ("conftest.py", "nbval_sanitize.txt"):
        shutil.copy(TESTS / name, tmp_path / "tests")
    (tmp_path / "tests" / "test_fine.py").write_text(
        "def test_fine():\n    assert 1 + 1 == 2\n", encoding="utf-8"
    )
    add_lesson(tmp_path, "00_first.ipynb", "print(1 + 1)", "2\n")
    return tmp_path


def add_lesson(course, name, *sources_and_outputs):
    """A stored lesson of cells (source, what it printed); None stands for no stored output."""
    pairs = zip(sources_and_outputs[::2], sources_and_outputs[1::2], strict=True)
    cells = []
    for count, (source, printed) in enumerate(pairs, start=1):
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)] if printed else []
        cells.append(nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count))
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, course / "lessons" / name)


def run_pytest(course, *arguments):
    """(exit code, everything printed) of pytest in that folder, in a process of its own."""
    command = [sys.executable, "-m", "pytest", *PLUGINS, *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # half the time of these tests
    done = subprocess.run(
        command, cwd=course, env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@WORKERS
def test_every_notebook_names_those_left_out(course, workers):
    add_lesson(course, "01_second.ipynb", "print(3)", "3\n")
    add_lesson(course, "02_third.ipynb", "# NBVAL_SKIP\nprint(3)", "3\n")
    arguments = ("--nbval", "lessons", "--every-notebook", "--ignore=lessons/01_second.ipynb")
    code, printed = run_pytest(course, "tests", *arguments, *workers)
    assert code == 1, printed
    assert "no cell of lessons/01_second.ipynb was executed" in printed
    assert "no cell of lessons/02_third.ipynb was executed" in printed
    assert "00_first" not in printed.split("left something out")[1]


@WORKERS
def test_no_skips_names_test_and_reason(course, workers):
    sources = {
        "inside": "import pytest\n\ndef test_one():\n    pytest.skip('no paper')\n",
        "mark": "import pytest\n\n@pytest.mark.skip(reason='no ink')\ndef test_one(): pass\n",
        "module": "import pytest\npytest.skip('no pen', allow_module_level=True)\n",
    }
    for name, source in sources.items():
        (course / "tests" / f"test_{name}.py").write_text(source, encoding="utf-8")
    code, printed = run_pytest(course, "tests", "--no-skips", *workers)
    assert code == 1, printed
    assert "--no-skips: tests/test_inside.py::test_one: no paper" in printed
    assert "--no-skips: tests/test_mark.py::test_one: no ink" in printed
    assert "--no-skips: tests/test_module.py: no pen" in printed
