"""The page that trains by itself, in a real JupyterLab: it plays, pauses, and follows the keys."""

import nbformat
import pytest

from tests.browser.notebooks import explorers_notebook

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    stored = explorers_notebook(["watch_training"])
    nbformat.write(stored, folder / "training.ipynb")
    notebook = open_notebook("training.ipynb")
    notebook.run_all()
    return notebook


@pytest.fixture
def show(notebook):
    """The page as it was at the beginning, before the first step."""
    show = notebook.cell(1).wait_for_selector(".nnlib-training[data-frames]")
    show.query_selector(".reset").click()
    until(notebook.page, show, "show.dataset.step === '0' && show.dataset.playing === 'false'")
    return show


def until(page, show, condition):
    page.wait_for_function(f"show => {condition}", arg=show, timeout=15_000)


def pixels(show, selector):
    return show.query_selector(selector).evaluate("canvas => canvas.toDataURL()")


def test_it_plays_without_the_kernel_and_pauses(notebook, show):
    before = [pixels(show, name) for name in (".plane", ".losses", ".units canvas")]
    show.query_selector(".play").click()
    until(notebook.page, show, "Number(show.dataset.step) >= 60")
    show.query_selector(".play").click()
    until(notebook.page, show, "show.dataset.playing === 'false'")
    step = show.get_attribute("data-step")
    after = [pixels(show, name) for name in (".plane", ".losses", ".units canvas")]
    assert all(one != other for one, other in zip(before, after, strict=True))
    notebook.page.wait_for_timeout(300)
    assert show.get_attribute("data-step") == step
    assert f"Step {step}: loss" in show.query_selector(".plane").get_attribute("aria-label")
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0


def test_keys_move_a_control_and_start_over(notebook, show):
    show.query_selector(".one").click()
    until(notebook.page, show, "show.dataset.step === '1'")
    show.query_selector("[data-name=units]").focus()
    notebook.page.keyboard.press("ArrowRight")
    until(notebook.page, show, "show.querySelectorAll('.units canvas').length === 7")
    until(notebook.page, show, "show.dataset.step === '0'")


def test_a_preset_that_breaks_says_so(notebook, show):
    show.query_selector(".presets button:has-text('Rate too large')").click()
    until(notebook.page, show, "show.querySelector('.words').textContent.includes('are dead')")
