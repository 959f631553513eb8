"""Without PyTorch, a notebook that uses it says in one sentence how to get it."""

import json
import re
import sys
import sysconfig
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import nncourse
from nncourse import preflight

ROOT = Path(__file__).parents[2]
IMPORT = re.compile(r"^\s*(import|from) torch\b", re.MULTILINE)


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


NOTEBOOKS = [
    path
    for folder in ("lessons", "exercises", "solutions")
    for path in sorted((ROOT / folder).glob("[0-9]*.ipynb"))
    if any(map(IMPORT.search, code_cells(path)))
]


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)


def test_there_are_notebooks_with_torch():
    assert {path.name[:2] for path in NOTEBOOKS} >= {"13", "15"}


@pytest.mark.parametrize(
    "file", ["README.md", "tasks.py", "nncourse/learner/doctor.py", "docs/computers.md"]
)
def test_a_file_that_names_the_lessons_with_torch_names_all(file):
    *others, last = sorted({path.name[:2] for path in NOTEBOOKS if path.parent.name == "lessons"})
    assert f"lessons {', '.join(others)} and {last}" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_torch")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.name[:2]}")
def test_the_first_cell_says_how_to_get_torch(path):
    first = code_cells(path)[0]
    assert IMPORT.search(first)
    with pytest.raises(preflight.Missing, match=r"PyTorch is not installed.*tasks.py torch"):
        exec(compile(first, "cell", "exec"), {})


@pytest.mark.usefixtures("without_torch")
def test_a_notebook_shows_the_sentence_and_no_traceback(capsys):
    shell = InteractiveShell()
    shell.run_cell("from nncourse import need_torch\nneed_torch()", store_history=False)
    assert capsys.readouterr().out.strip() == preflight.no_torch()


def test_a_broken_torch_is_not_called_missing(monkeypatch, tmp_path):
    broken = "raise OSError('[WinError 126] The specified module could not be found')\n"
    (tmp_path / "torch.py").write_text(broken, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert "broken ([WinError 126]" in preflight.no_torch()


def test_in_a_tab_nobody_is_sent_to_a_terminal(monkeypatch):
    monkeypatch.setattr(preflight, "IN_A_TAB", True)
    with pytest.raises(preflight.Missing, match="does not run in a browser"):
        nncourse.need_torch()


@pytest.mark.parametrize("marked", [True, False])
def test_nobody_is_sent_to_a_pip_that_refuses(monkeypatch, tmp_path, marked):
    """Debian, Ubuntu and Homebrew mark their Python; inside an environment pip installs."""
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    if marked:
        (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sys, "prefix", "/usr")
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setitem(sys.modules, "numpy", None)
    refuses = "make doctor (without make: python3 tasks.py doctor)"
    monkeypatch.setattr(preflight.os, "name", "posix")
    assert (preflight.install_all() == refuses) == marked
    assert (preflight.no_numpy() == f"NumPy is not installed. Run: {refuses}") == marked
    monkeypatch.setattr(sys, "prefix", "/course/.venv")
    assert refuses not in preflight.install_all() + preflight.no_numpy()
