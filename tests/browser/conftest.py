import shutil
from pathlib import Path

import nbformat
import pytest

from tests.browser import lab
from tests.browser.notebooks import explorer_names, explorers_notebook

LESSONS = Path(__file__).parents[2] / "lessons"


def pytest_collection_modifyitems(items):
    for item in items:  # of the whole run
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(900))  # more than a wait in lab.py, and a lesson


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """What the server serves: a copy of the lessons, and a notebook with every explorer."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "lessons").mkdir()
    for notebook in LESSONS.glob("*.ipynb"):  # and not the sockets of kernels that run there
        shutil.copy(notebook, folder / "lessons")
    nbformat.write(explorers_notebook(explorer_names()), folder / "explorers.ipynb")
    return folder


@pytest.fixture(scope="session")
def server(folder, tmp_path_factory):
    with lab.jupyterlab(folder, tmp_path_factory.mktemp("jupyter")) as started:
        yield started


@pytest.fixture(scope="module")
def open_notebook(browser, server):
    """A function from a path to an open Notebook; all of them are closed with the module."""
    opened = []

    def open_one(path, width=1280, height=900, has_touch=False):
        size = {"width": width, "height": height}
        page = browser.new_page(viewport=size, has_touch=has_touch)
        opened.append(lab.Notebook(page, server, path))
        return opened[-1]

    yield open_one
    for notebook in opened:
        if not notebook.page.is_closed():
            notebook.close()
