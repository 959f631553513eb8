"""The site of make lite in Chromium, without a network, as far as it goes without NumPy."""

import json
import time

from lite.__main__ import DATA_NAME, NAME, PACKAGES, ROOT, for_a_tab, write_wheel
from lite.__main__ import main as build
from tests.browser import lab
from tests.tab import pyodide
from tests.tab.serving import closed_to_others, served

KEPT = ROOT / ".venv" / "tab"
LESSON = "lessons/01_the_neuron.ipynb"
USES_MNIST = "lessons/12_mnist_from_scratch.ipynb"
OUTPUT = '.jp-OutputArea-output[data-mime-type$="stdout"]:has-text("installed")'
PYODIDES = [("numpy", "2.4.6"), ("matplotlib", "3.10.8")]  # the versions in Pyodide's lock
# the first cell of a lesson with MNIST, and a slider that a Python function moves. Stand-ins, which
# are empty, say that NumPy and Matplotlib are there: all else must come from the site
WIDGET = """\
import piplite
await piplite.install({stand_ins})
{first_cell}
import importlib.metadata, ipywidgets, anywidget
print("installed", sorted(d.name for d in importlib.metadata.distributions()))
slider = ipywidgets.IntSlider(description="moved")
button = ipywidgets.Button(description="move it")
button.on_click(lambda _: setattr(slider, "value", slider.value + 41))
class Echo(anywidget.AnyWidget):
    _esm = '''export default {{ render({{ model, el }}) {{
        el.id = "echo"; const show = () => {{ el.textContent = "seen " + model.get("value"); }};
        model.on("change:value", show); show(); }} }}'''
    value = __import__("traitlets").Int(0).tag(sync=True)
echo = Echo()
slider.observe(lambda change: setattr(echo, "value", change.new), "value")
ipywidgets.VBox([slider, button, echo])
"""


def main():
    """Prints a line for each thing that works; an exception ends it when one does not."""
    works = []
    folder = KEPT / "site"
    build([str(folder), "--pyodide", "../pyodide/pyodide.mjs"])
    target = folder / "pyodide"
    if not target.exists():
        target.symlink_to(pyodide.folder(KEPT), target_is_directory=True)
    own = folder / "files" / "widget.ipynb"
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    first = for_a_tab(json.loads((ROOT / USES_MNIST).read_text(encoding="utf-8")), 12)["cells"][2]
    names = [stand_in(folder, *package) for package in PYODIDES]
    kernel = {"kernelspec": {"display_name": "Python", "language": "python", "name": "python"}}
    notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    add_to_contents(folder, "widget.ipynb")
    with served(folder) as address, lab.browser() as browser:
        addresses = [f"{address}/{name}" for name in names]
        cell["source"] = WIDGET.format(stand_ins=addresses, first_cell=first["source"])
        own.write_text(json.dumps(notebook), encoding="utf-8")
        outside = []
        began = time.monotonic()

        def done(what):
            works.append(what)
            print(f"{time.monotonic() - began:5.1f} s  {what}", flush=True)

        def opened(path):  # in a new context: JupyterLab opens what was open before, too
            page = browser.new_page()
            page.set_default_timeout(120_000)
            outside.append(closed_to_others(page))
            page.goto(f"{address}/lab/index.html?path={path}")
            return page

        page = opened(LESSON)
        page.locator(".jp-NotebookPanel h1").first.wait_for()
        done("the first page: a lesson is shown, with its pictures and stored outputs")
        assert page.locator("text=You are in a browser tab").count()
        page.close()
        page = opened("widget.ipynb")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        said = page.locator(OUTPUT)
        try:
            said.wait_for()
        except Exception as error:
            outputs = page.locator(".jp-OutputArea-output").all()
            raise AssertionError([output.text_content() for output in outputs]) from error
        for name in (NAME, DATA_NAME, *PACKAGES):
            assert name.replace("-", "_") in said.inner_text().replace("-", "_"), name
        done("the kernel runs, and a first cell has installed the course, MNIST and the explorers")
        page.locator("button:has-text('move it')").click()
        page.locator("#echo:has-text('seen 41')").wait_for()
        done("a click ran a Python function that moved a slider, and anywidget's script saw it")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(2000)
        page.reload()
        page.locator(OUTPUT).wait_for()
        done("the notebook was saved in the browser: after a reload its output is there")
        assert not any(outside), f"asked for: {outside}"
        done("nothing was asked of any other server")
    print(f"make lite's site in Chromium, offline: {len(works)} things looked at, all work")


def stand_in(folder, name, version):
    """An empty wheel of this name, beside the site."""
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    info = f"{name}-{version}.dist-info"
    files = {f"{info}/METADATA": about.encode(), f"{info}/WHEEL": tags.encode()}
    return write_wheel(folder, files).name


def add_to_contents(folder, name):
    """The site lists its files in files/api/contents/all.json."""
    path = folder / "api" / "contents" / "all.json"
    listing = json.loads(path.read_text(encoding="utf-8"))
    like = next(entry for entry in listing["content"] if entry["type"] == "directory")
    entry = like | {"name": name, "path": name, "type": "notebook", "format": None}
    listing["content"].append(entry)
    path.write_text(json.dumps(listing), encoding="utf-8")


if __name__ == "__main__":
    main()
