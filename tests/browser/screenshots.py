"""Screenshots of every explorer as JupyterLab shows it: python -m tests.browser.screenshots OUTDIR

One PNG for each explorer, theme and width; --only NAME for one of them.
"""

import argparse
import tempfile
from pathlib import Path

import nbformat

from tests.browser import lab
from tests.browser.notebooks import explorer_names, explorers_notebook

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
WIDTHS = (1280, 800)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--only", action="append", choices=explorer_names())
    options = parser.parse_args()
    options.outdir.mkdir(parents=True, exist_ok=True)
    names = options.only or explorer_names()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "served")
        folder.mkdir()
        nbformat.write(explorers_notebook(names), folder / "explorers.ipynb")
        with lab.jupyterlab(folder, home) as server, lab.browser() as browser:
            for width in WIDTHS:
                shoot(browser, server, names, width, options.outdir)


def shoot(browser, server, names, width, outdir):
    page = browser.new_page(viewport={"width": width, "height": 1400})
    notebook = lab.Notebook(page, server, "explorers.ipynb")
    if width < 1000:  # as a reader on a small screen does
        page.evaluate("window.jupyterapp.shell.collapseLeft()")
    notebook.run_all()
    for theme, title in THEMES.items():
        notebook.theme(title)
        for index, name in enumerate(names):
            output = notebook.cell(2 * index + 1).wait_for_selector(".jp-OutputArea-output")
            page.wait_for_timeout(500)  # themes change with a transition
            file = outdir / f"{name}_{theme}_{width}.png"
            output.screenshot(path=file)
            print(file)
    notebook.leave()
    page.close(run_before_unload=False)


if __name__ == "__main__":
    main()
