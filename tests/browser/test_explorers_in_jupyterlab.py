"""Every exported explorer in a real JupyterLab: shown, moved with keys, no complaint anywhere."""

import nbformat
import pytest

from tests.browser import lab
from tests.browser.axe import violations
from tests.browser.notebooks import WAVE, explorer_names, notebook_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("explorers.ipynb")
    notebook.run_all()
    return notebook


def explorer(notebook, name):
    return notebook.explorers_in(2 * explorer_names().index(name) + 1)


def test_all_cells_run_without_a_complaint(notebook):
    assert notebook.complaints() == []


@pytest.mark.parametrize("name", explorer_names())
def test_a_key_moves_the_picture(notebook, name):
    for element in explorer(notebook, name):
        if element.query_selector(lab.SLIDER):
            lab.press_slider(notebook.page, element)
        assert lab.alert(element) == ""
        picture = element.query_selector(lab.PICTURE)
        assert picture.get_attribute("alt"), "the picture has no alternative text"
        box = picture.bounding_box()
        assert box["width"] > 300
        assert box["height"] > 150
    assert notebook.complaints() == []


@pytest.mark.parametrize("name", explorer_names())
def test_no_label_is_clipped(notebook, name):
    for element in explorer(notebook, name):
        clipped = element.evaluate(
            """root => [...root.querySelectorAll('label, button, select, .nn-field')]
                .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
        )
        assert clipped == []


def test_axe_finds_nothing_serious_in_any_explorer(notebook):
    for name in explorer_names():
        cell = notebook.cell(2 * explorer_names().index(name) + 1)
        cell.wait_for_selector(".nn, .nnlib-pad")
        found = violations(notebook.page, within=".jp-OutputArea-output")
        assert (name, found) == (name, [])


@pytest.fixture(scope="module")
def wave(open_notebook, folder):
    nbformat.write(notebook_of(f"{WAVE}\nwave = Wave()\nwave"), folder / "wave.ipynb")
    notebook = open_notebook("wave.ipynb")
    notebook.run_all()
    return notebook


def test_a_slider_says_its_label_and_a_rounded_value_and_is_one_stop(wave):
    (element,) = wave.explorers()
    slider = element.query_selector(lab.SLIDER)
    assert slider.evaluate("slider => slider.labels[0].textContent") == "place z"
    slider.focus()
    wave.page.keyboard.press("Home")
    for _ in range(3):
        wave.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "−7.7"
    wave.page.keyboard.press("Tab")
    assert wave.page.evaluate("document.activeElement.tagName") == "SELECT"


def test_the_picture_is_as_sharp_as_the_screen(browser, server, folder):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, device_scale_factor=2)
    nbformat.write(notebook_of(f"{WAVE}\nWave()"), folder / "sharp.ipynb")
    notebook = lab.Notebook(page, server, "sharp.ipynb")
    notebook.run_all()
    (element,) = notebook.explorers()
    picture = element.wait_for_selector(lab.PICTURE)
    page.wait_for_function("img => img.naturalWidth === 2 * img.width", arg=picture)
    notebook.close()


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
    notebook.page.wait_for_selector("#jp-main-statusbar [title*='log entr']", timeout=10_000)
    assert notebook.log_entries() > 0


def test_an_error_is_shown_in_the_explorer(wave):
    (element,) = wave.explorers()
    wave.until_python_says("wave.set(z=2.0) is wave", "True")
    wave.page.wait_for_function(
        "root => root.querySelector('[role=alert]').textContent", arg=element
    )
    assert "name 'missing' is not defined (NameError)" in lab.alert(element)
    element.query_selector("button:has-text('Reset')").click()
    wave.page.wait_for_function(
        "root => !root.querySelector('[role=alert]').textContent", arg=element
    )
    assert wave.log_entries() == 0
