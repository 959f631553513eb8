"""Every lesson in a real JupyterLab: it opens, and what can be moved there follows the keyboard."""

import nbformat
import pytest

from tests.browser import lab
from tests.browser.conftest import LESSONS
from tests.browser.notebooks import cells_for_widgets

pytestmark = pytest.mark.browser
# a network that learns for half a minute: what it gives to an explorer is in the page of the site
LONG = {"writer"}


@pytest.mark.parametrize("path", sorted(LESSONS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_lesson_opens_and_its_explorers_move(open_notebook, path):
    """Its explorers and quizzes run here, and whatever makes what they are given.

    What other cells compute does not depend on who shows it: nbval runs all and compares.
    """
    notebook = open_notebook(f"lessons/{path.name}")
    cells = cells_for_widgets(nbformat.read(path, as_version=4), without=LONG)
    notebook.run(cells)
    assert notebook.complaints() == []
    explorers = notebook.explorers(*cells)
    assert explorers
    for explorer in explorers:
        if explorer.query_selector(lab.SLIDER):
            assert lab.press_show(notebook.page, explorer) > 0
        assert lab.alerts(explorer) == ""
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0
