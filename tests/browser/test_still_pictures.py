"""What a stored notebook shows before, or without, a kernel: a still picture of each explorer."""

import nbconvert
import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser import lab
from tests.browser.conftest import LESSONS
from tests.browser.notebooks import notebook_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stored():
    """A notebook with every explorer of the lessons, as they store it: no state of widgets."""
    lessons = [nbformat.read(path, as_version=4) for path in sorted(LESSONS.glob("*.ipynb"))]
    notebook = notebook_of()
    notebook.cells = [
        cell
        for lesson in lessons
        for cell in lesson.cells
        if any(map(lab.is_explorer, cell.get("outputs", ())))
    ]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"explorer-{number}"  # each lesson has its own
    return notebook


def test_jupyterlab_shows_them_before_a_cell_was_run(open_notebook, folder, stored):
    nbformat.write(stored, folder / "stored.ipynb")
    notebook = open_notebook("stored.ipynb")
    for index in range(len(stored.cells)):
        cell = notebook.cell(index)
        picture = cell.wait_for_selector(".jp-OutputArea-output img")
        lab.until(picture, "root.complete && root.clientWidth > 300")
        assert "Error displaying widget" not in cell.inner_text()


def test_a_web_page_shows_them_without_a_network(browser, stored, tmp_path):
    page_text, _ = nbconvert.HTMLExporter().from_notebook_node(stored)
    file = tmp_path / "explorers.html"
    file.write_text(page_text, encoding="utf-8")
    page = browser.new_page(offline=True)
    # the page asks for scripts that it does not need; without a network they never come
    page.goto(file.as_uri(), wait_until="commit")
    pictures = page.locator(".jp-OutputArea-output img")
    pictures.nth(len(stored.cells) - 1).wait_for()
    expect(pictures).to_have_count(len(stored.cells))
    for picture in pictures.all():
        lab.until(picture.element_handle(), "root.complete && root.naturalWidth > 300")
    page.close()
