"""Notebook 7, which many hubs open: explorers follow keys and mouse there too."""

import pytest

from tests.browser import lab
from tests.browser.notebooks import explorer_names

pytestmark = pytest.mark.browser
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
NAMES = explorer_names()


@pytest.fixture(scope="module")
def page(browser, folder, tmp_path_factory):
    with lab.jupyterlab(folder, tmp_path_factory.mktemp("notebook7"), "notebook") as started:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{started[0]}/notebooks/explorers.ipynb?token={started[1]}")
        page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === 'idle'"
        )
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        yield page
        page.close(run_before_unload=False)


def shown(page, name):
    """Scroll to an explorer; return its element."""
    index = 2 * NAMES.index(name) + 1
    page.evaluate(
        """async index => {
            const content = window.jupyterapp.shell.currentWidget.content;
            content.activeCellIndex = index;
            await content.scrollToItem(index, 'start');
        }""",
        index,
    )
    cell = page.evaluate_handle(
        "i => window.jupyterapp.shell.currentWidget.content.widgets[i].node", index
    ).as_element()
    return cell.wait_for_selector(lab.DRAWN)


@pytest.mark.parametrize("name", NAMES)
def test_arrow_keys_move_a_slider_and_not_the_notebook(page, name):
    show = shown(page, name)
    before = page.evaluate(ACTIVE)
    if show.query_selector(lab.SLIDER):  # the pad has none, and tests of its own
        for key in ("ArrowRight", "ArrowUp"):
            assert lab.press_show(page, show, key) > 0
    assert page.evaluate(ACTIVE) == before


def test_the_mouse_drags_in_a_chart(page):
    root = shown(page, "explore_losses")
    box = lab.box_of(root.query_selector(".nn-plane svg"))
    y = box["y"] + box["height"] / 2
    lab.stroke(page, *((box["x"] + share * box["width"], y) for share in (0.4, 0.9)))
    lab.until(root, "root.querySelector('.nn-field').value.startsWith('6.')")
