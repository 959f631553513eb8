"""Notebooks made for the tests."""

import dis
import inspect
import types

import nbformat

import nnlib.widgets
from tests.browser.lab import VIEW


def explorer_names():
    """Return the name of every exported explorer: whatever can be called without arguments."""
    return [
        name
        for name in nnlib.widgets.__all__
        if inspect.isfunction(getattr(nnlib.widgets, name)) and callable_alone(name)
    ]


def callable_alone(name):
    parameters = inspect.signature(getattr(nnlib.widgets, name)).parameters.values()
    return all(
        p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters
    )


def notebook_of(*cells):
    """Return a notebook of these cells: code as text, headings as text that starts with #."""
    made = [
        nbformat.v4.new_markdown_cell(cell)
        if cell.startswith("#")
        else nbformat.v4.new_code_cell(cell)
        for cell in cells
    ]
    # without a kernel's name JupyterLab opens a dialog and waits
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def explorers_notebook(names):
    """Return a notebook that shows these explorers: a heading and one line of code for each."""
    cells = [(f"## {name}", f"from nnlib.widgets import {name}\n\n{name}()") for name in names]
    return notebook_of(*(text for pair in cells for text in pair))


def cells_for_widgets(notebook, without=frozenset()):
    """Return the numbers of the cells that show a widget, and of those whose names these need.

    A widget that needs a name of `without` is left out.
    """
    cells, needed = [], set()
    for number, cell in reversed(list(enumerate(notebook.cells))):
        if cell.cell_type == "code":
            bound, read = names_in(compile(cell.source, "cell", "exec"))
            shows = any(VIEW in output.get("data", ()) for output in cell.outputs)
            if bound & needed or (shows and not read & without):
                cells.insert(0, number)
                needed = needed - bound | read
    return cells


def names_in(code):
    """Return (names that code binds, names that it reads and has not bound until then)."""
    bound, read = set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            bound.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            read |= {step.argval} - bound
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):  # a function's body: it runs when all is bound
            read |= names_in(inner)[1] - bound
    return bound, read
