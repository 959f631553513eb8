"""Every exported explorer in a real JupyterLab: shown, moved with keys, no complaint anywhere."""

import nbformat
import pytest

from tests.browser import lab
from tests.browser.axe import violations
from tests.browser.lab import box_of, drag, until, until_said, until_shown
from tests.browser.notebooks import explorer_names, notebook_of

pytestmark = pytest.mark.browser
PICTURES = ".nn-plane, .nn-pixels, .nn-cells, .network-scroll, .drawing"
LAPTOP, PHONE = (1366, 768), (390, 844)
HIGHEST = 647  # pixels that a notebook shows at once at 1366 x 768
MOVERS = ".nn-handle, .digits-strip, .attention-strip, .drawing"


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("explorers.ipynb")
    notebook.run_all()
    return notebook


def explorer(notebook, name, size=LAPTOP):
    """The elements of an explorer's cell, in a window of this size."""
    notebook.resize(*size)
    return notebook.explorers(2 * explorer_names().index(name) + 1)


def test_all_cells_run_without_a_complaint(notebook):
    assert notebook.complaints() == []


@pytest.mark.parametrize("name", explorer_names())
def test_a_key_moves_it_and_no_label_is_clipped(notebook, name):
    (element,) = explorer(notebook, name)
    if element.query_selector(lab.SLIDER):  # the pad has none, and tests of its own
        assert lab.press_show(notebook.page, element) > 0
    assert lab.alerts(element) == ""
    box = box_of(element)
    clipped = element.evaluate(
        """root => [...root.querySelectorAll('label, button, select, .nn-field')]
            .filter(e => e.clientWidth > 1) // others are only spoken
            .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML)"""
    )
    assert clipped == []
    assert box["width"] > 300
    assert 150 < box["height"] <= HIGHEST
    assert notebook.complaints() == []


@pytest.mark.parametrize("name", explorer_names())
def test_nothing_is_cut_off_on_a_phone_and_a_finger_drags(notebook, name):
    (element,) = explorer(notebook, name, PHONE)
    for part in element.query_selector_all(PICTURES):
        if part.is_visible():  # such as the losses of fit_by_hand are not
            until(part, lab.FITS)
    mover = element.query_selector(MOVERS)
    box_of(mover)
    before = element.get_attribute("data-frames")
    drag(notebook.page, mover, 25, 10)
    until(element, f"root.dataset.frames !== '{before}'")
    assert notebook.complaints() == []


def test_axe_finds_nothing_serious_in_any_explorer(notebook):
    page = notebook.page
    for name in explorer_names():
        assert len(explorer(notebook, name)) == 1
    # it looks at what is out of sight too: at as many texts as in a window that shows them all
    assert page.locator(f".jp-OutputArea-output :is({lab.DRAWN})").count() == len(explorer_names())
    assert violations(page, within=".jp-OutputArea-output") == []


def test_a_slider_says_its_label_and_a_rounded_value_and_is_one_stop(notebook):
    (element,) = explorer(notebook, "explore_losses")
    slider = element.query_selector(lab.SLIDER)
    until(slider, "root.labels[0]?.textContent === 'logit z'")
    slider.focus()
    notebook.page.keyboard.press("Home")
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    until_said(slider, "−7.70")
    notebook.page.keyboard.press("Tab")
    until(element, "document.activeElement.tagName === 'SELECT'")


def test_the_log_console_stays_empty(notebook):
    assert notebook.log_entries() == 0


def test_the_log_console_would_show_an_exception_in_a_handler(open_notebook, folder):
    code = (
        "import ipywidgets\nslider = ipywidgets.IntSlider(1)\n"
        "slider.observe(lambda change: 1 / 0, 'value')\nslider"
    )
    nbformat.write(notebook_of(code), folder / "handler.ipynb")
    notebook = open_notebook("handler.ipynb")
    notebook.run_all()
    notebook.page.locator("[role=slider]").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.wait_for_selector("#jp-main-statusbar [title*='log entr']")
    assert notebook.log_entries() > 0


def test_an_error_is_shown_in_the_explorer(open_notebook, folder):
    code = (
        "from nnlib.widgets import explore_digits\n\ntired = []\n\n"
        "def read(images):\n    return missing if tired else [[1] + 9 * [0]]\n\n"
        "digits = explore_digits(read)\ndigits"
    )
    nbformat.write(notebook_of(code), folder / "broken.ipynb")
    notebook = open_notebook("broken.ipynb")
    notebook.run_all()
    (element,) = notebook.explorers(0)
    assert lab.alerts(element) == ""
    notebook.until_python_says("tired.append(1) or digits.set(right=3) is digits", "True")
    until_shown(element, "name 'missing' is not defined (NameError)")
    assert notebook.log_entries() == 0
