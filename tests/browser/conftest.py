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


@pytest.fixture(scope="session")
def open_notebook(browser, server):
    """A function from a path to the Notebook, in one JupyterLab for all: it takes the last's place.

    A JupyterLab that is loaded again takes longer than most notebooks.
    """
    page, opened = browser.new_page(), []

    def open_one(path, width=1280, height=900):
        while opened:
            opened.pop().leave()
        opened.append(lab.Notebook(page, server, path))
        opened[-1].resize(width, height)
        return opened[-1]

    yield open_one
    page.close(run_before_unload=False)
