"""Every lesson in a real JupyterLab: it opens, runs, and its explorers follow the keyboard."""

import pytest

from tests.browser import lab
from tests.browser.conftest import LESSONS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser):
    """One JupyterLab for all lessons, as a learner has it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close(run_before_unload=False)


@pytest.mark.parametrize("name", sorted(path.name for path in LESSONS.glob("*.ipynb")))
def test_a_lesson_runs_and_its_explorers_move(page, server, name):
    notebook = lab.Notebook(page, server, f"lessons/{name}")
    notebook.run_all()
    assert notebook.complaints() == []
    for explorer in notebook.explorers():
        if explorer.query_selector(lab.SLIDER):
            assert lab.press_show(notebook.page, explorer) > 0
        assert lab.alerts(explorer) == ""
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0
    notebook.leave()
