"""Notebook 7, which many hubs open: explorers follow keys and mouse there too."""

import shutil

import pytest

from tests.browser import lab
from tests.browser.notebooks import explorer_names

pytestmark = pytest.mark.browser
ACTIVE = "window.testPanel.content.activeCellIndex"
NAMES = explorer_names()


@pytest.fixture(scope="module")
def notebook(browser, server, folder):
    shutil.copy(folder / "explorers.ipynb", folder / "notebook_7.ipynb")  # a kernel of its own
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    notebook = lab.Notebook(page, server, "notebook_7.ipynb", "notebooks")
    notebook.run_all()
    yield notebook
    notebook.leave()
    page.close(run_before_unload=False)


def shown(notebook, name):
    """Scroll to an explorer; return its element."""
    return notebook.cell(2 * NAMES.index(name) + 1).wait_for_selector(lab.DRAWN)


@pytest.mark.parametrize("name", NAMES)
def test_arrow_keys_move_a_slider_and_not_the_notebook(notebook, name):
    page, show = notebook.page, shown(notebook, name)
    before = page.evaluate(ACTIVE)
    if show.query_selector(lab.SLIDER):  # the pad has none, and tests of its own
        for key in ("ArrowRight", "ArrowUp"):
            assert lab.press_show(page, show, key) > 0
    assert page.evaluate(ACTIVE) == before


def test_the_mouse_drags_in_a_chart(notebook):
    root = shown(notebook, "explore_losses")
    box = lab.box_of(root.query_selector(".nn-plane svg"))
    y = box["y"] + box["height"] / 2
    lab.stroke(notebook.page, *((box["x"] + share * box["width"], y) for share in (0.4, 0.9)))
    lab.until(root, "root.querySelector('.nn-field').value.startsWith('6.')")
