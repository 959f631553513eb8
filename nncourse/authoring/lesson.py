"""A stored lesson, taken apart for the rules of nncourse.authoring.structure."""

import ast
import re
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

CODE_IN_PROSE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def read(path):
    """The notebook as it is stored: nothing is repaired, no id is made up."""
    try:
        notebook = nbformat.v4.reads(Path(path).read_text(encoding="utf-8"))
        if notebook.nbformat != 4:
            raise ValueError(f"format {notebook.nbformat}")
    except (AttributeError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is not a notebook of format 4: {error}") from None
    return notebook


class Lesson:
    """A stored lesson: .path, .notebook, its cells by kind with their numbers, and its prose."""

    def __init__(self, path):
        self.path = path
        self.notebook = read(path)
        self.cells = list(enumerate(self.notebook.cells, start=1))
        self.code = [(n, cell) for n, cell in self.cells if cell.cell_type == "code"]
        self.markdown = [(n, cell) for n, cell in self.cells if cell.cell_type == "markdown"]
        self.prose = [(n, CODE_IN_PROSE.sub("", cell.source)) for n, cell in self.markdown]
        self.number = path.name[:2]

    def headings(self):
        """The text of the headings of the second level."""
        return [h for _, text in self.prose for h in re.findall(r"^## +(.*\S)", text, re.MULTILINE)]

    def nodes(self):
        """(cell number, syntax node) for all code; cells that do not parse are left out."""
        for number, cell in self.code:
            try:
                tree = ast.parse(TransformerManager().transform_cell(cell.source))
            except SyntaxError:
                continue
            yield from ((number, node) for node in ast.walk(tree))

    def calls(self):
        """(cell number, last part of the called name, call)."""
        for number, node in self.nodes():
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
                yield number, name, node

    def imports(self):
        """(cell number, first part of the imported module's name)."""
        for number, node in self.nodes():
            if isinstance(node, ast.Import):
                yield from ((number, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield number, (node.module or "").split(".")[0]


def first_line(cell):
    """The first line of a cell, to name it by."""
    return next((line for line in cell.source.splitlines() if line.strip()), "empty")


def tags(cell):
    return cell.metadata.get("tags", [])


WORDS_A_MINUTE, LINES_A_MINUTE = 130, 8  # read with care, as one reads mathematics and code
MINUTES = {"prediction": 2, "blank": 3, "explorer": 5}

FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$", re.DOTALL)
WORD = re.compile(r"[A-Za-z][\w’'-]*|\d[\d.,]*")
PLAIN_LINE = re.compile(r"\s*(import |from |assert |[)\]}#]|$)")  # nobody stops at these


def minutes(lesson):
    """How long a lesson takes: reading, typing, predicting, filling blanks, playing.

    A formula counts as one word. Folded answers, hidden code, quizzes' code and what is proposed
    as "Things to try" do not count.
    """
    words = lines = 0
    counts = dict.fromkeys(MINUTES, 0)
    for _, cell in lesson.markdown:
        counts["prediction"] += cell.source.count("**Predict")
        text = FOLDED.sub("", cell.source).split("Things to try")[0]
        text = FORMULA.sub(" formula ", re.sub(r"\]\([^)]*\)", "]", text))
        words += len(WORD.findall(text))
    for _, cell in lesson.code:
        if "quiz(" in cell.source:
            counts["prediction"] += 1
        elif not cell.metadata.get("jupyter", {}).get("source_hidden"):
            lines += sum(not PLAIN_LINE.match(line) for line in cell.source.splitlines())
            counts["blank"] += bool(re.search(r"^blank\(", cell.source, re.MULTILINE))
            played = re.search(r"(explore_\w+|digit_pad|fit_by_hand)\(", cell.source)
            counts["explorer"] += bool(played)
    rest = sum(MINUTES[kind] * count for kind, count in counts.items())
    return words / WORDS_A_MINUTE + lines / LINES_A_MINUTE + rest
