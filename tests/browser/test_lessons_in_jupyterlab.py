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
    for explorer in notebook.explorers():
        if explorer.query_selector(lab.SLIDER):
            assert lab.press_show(notebook.page, explorer) > 0
        assert lab.alerts(explorer) == ""
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0
    notebook.close()
