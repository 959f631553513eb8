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
def test_every_notebook_passes_when_all_ran(course, workers):
    code, printed = run_pytest(course, "tests", "--nbval", "lessons", "--every-notebook", *workers)
    assert code == 0, printed
    assert "2 passed" in printed


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


def test_every_notebook_fails_without_nbval_and_without_notebooks(course):
    code, printed = run_pytest(course, "tests", "--every-notebook")
    assert code == 1, printed
    assert "no cell of lessons/00_first.ipynb was executed" in printed
    (course / "lessons" / "00_first.ipynb").unlink()
    code, printed = run_pytest(course, "tests", "--every-notebook")
    assert code == 1, printed
    assert "there is no notebook in lessons/" in printed


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


def test_a_skip_is_allowed_without_the_option(course):
    source = "import pytest\n\ndef test_one():\n    pytest.skip('no paper')\n"
    (course / "tests" / "test_skipped.py").write_text(source, encoding="utf-8")
    code, printed = run_pytest(course, "tests")
    assert code == 0, printed


def test_no_skips_lets_an_expected_failure_pass(course):
    source = "import pytest\n\n@pytest.mark.xfail\ndef test_one():\n    assert False\n"
    (course / "tests" / "test_expected.py").write_text(source, encoding="utf-8")
    code, printed = run_pytest(course, "tests", "--no-skips")
    assert code == 0, printed


def test_a_failing_run_keeps_its_exit_code(course):
    (course / "tests" / "test_bad.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    code, printed = run_pytest(course, "tests", "--every-notebook")
    assert code == 2, printed


def test_nbval_compares_text_but_not_the_times_of_a_progress_bar(course):
    bar = (
        "import sys, time\nfrom tqdm import tqdm\n"
        "for i in tqdm(range(4), file=sys.stdout{}):\n    time.sleep(0.01)"
    )
    kept = "100%|██████████| 4/4 [00:09<00:00,  1.23s/it]\n"
    add_lesson(
        course,
        "01_bars.ipynb",
        *(bar.format(""), kept),
        *(bar.format(", leave=False"), " " * 7 + "\r"),
    )
    code, printed = run_pytest(course, "tests", "--nbval", "lessons")
    assert code == 0, printed
    add_lesson(course, "02_changed.ipynb", "print(1 + 1)", "3\n")
    code, printed = run_pytest(course, "tests", "--nbval", "lessons")
    assert code == 1, printed
    assert "02_changed.ipynb::Cell 0" in printed


def test_cells_of_a_notebook_run_on_one_worker_in_order(course):
    cells = ("x = 1", None, "x += 1", None, "x += 1\nprint(x)", "3\n")
    for number in range(1, 5):
        add_lesson(course, f"{number:02}_steps.ipynb", *cells)
    arguments = ("--nbval", "lessons", "-v", "-n", "2", "--dist", "loadscope")
    code, printed = run_pytest(course, "tests", *arguments)
    assert code == 0, printed
    workers = {}
    for line in printed.splitlines():
        if "PASSED" in line and "ipynb::Cell" in line:
            worker, name = line.split()[0], line.split("lessons/")[1][:8]
            workers.setdefault(name, set()).add(worker)
    assert len(workers) == 5
    assert all(len(used) == 1 for used in workers.values()), workers
    assert len(set.union(*workers.values())) == 2, workers
