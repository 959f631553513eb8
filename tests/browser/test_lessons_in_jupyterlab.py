"""Every lesson in a real JupyterLab: it opens, runs, and its explorers follow the keyboard."""

import pytest

from tests.browser import lab
from tests.browser.conftest import LESSONS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", sorted(path.name for path in LESSONS.glob("*.ipynb")))
def test_a_lesson_runs_and_its_explorers_move(open_notebook, name):
    notebook = open_notebook(f"lessons/{name}")
    notebook.run_all()
    assert notebook.complaints() == []
    explorers = notebook.explorers()
    for explorer in explorers:
        if explorer.query_selector("[role=slider]"):
            lab.press_slider(notebook.page, explorer)
        assert lab.alert(explorer) == ""
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0
    notebook.close()
