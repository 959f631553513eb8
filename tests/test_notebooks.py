"""Lessons keep the rules, every rule notices its defect, and lessons are run and stored safely."""

import base64
import io
from pathlib import Path

import matplotlib.figure
import nbformat
import pytest
from nbformat import v4
from PIL import Image

from nncourse.authoring import notebooks, structure
from nncourse.authoring.lesson import Lesson
from nncourse.authoring.notebooks import NotebookError, main, normalise, problems, run

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("[!.]*.ipynb"))
PRACTICE = [p for name in ("exercises", "solutions") for p in ROOT.glob(f"{name}/[0-9]*.ipynb")]


def test_there_are_lessons():
    assert LESSONS, "lessons/ holds no notebook"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_lesson_keeps_every_rule(path):
    assert problems(path) == []


@pytest.mark.parametrize("path", sorted(PRACTICE), ids=lambda path: "/".join(path.parts[-2:]))
def test_exercises_and_solutions_touch_neither_network_nor_shell(path):
    assert list(structure.network(Lesson(path))) == []


def picture():
    """A small PNG, in base64 as notebooks store it."""
    file = io.BytesIO()
    matplotlib.figure.Figure(figsize=(1, 1)).savefig(file, format="png", dpi=20)
    return base64.b64encode(file.getvalue()).decode()


def good_lesson():
    """The smallest lesson that keeps every rule: 01_small.ipynb, the only one in its folder."""
    explorer = v4.new_output(
        "display_data",
        {
            structure.WIDGET_VIEW: {"model_id": "a", "version_major": 2, "version_minor": 0},
            "image/png": picture(),
            "text/plain": "explorer",
        },
    )
    box = (
        "> **In this lesson** you will add.\n>\n> **Time:** 30 minutes\n>\n> **Builds on:** nothing"
    )
    cells = [
        v4.new_markdown_cell("# 01 Small"),
        v4.new_markdown_cell(box),
        v4.new_markdown_cell("**Predict** what comes, and see [NumPy](https://numpy.org)."),
        v4.new_code_cell("1 + 1", execution_count=1),
        v4.new_markdown_cell("**Predict** again. See [above](#small) and `[not](a link)`."),
        v4.new_code_cell("explorer", execution_count=2, outputs=[explorer]),
        v4.new_markdown_cell("## Common mistakes\n\n## Recap\n\n## Exercises"),
    ]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number:02}"
    return v4.new_notebook(cells=cells)


def write(notebook, folder, name="01_small.ipynb"):
    path = folder / name
    path.write_text(v4.writes(notebook), encoding="utf-8")
    return path


def test_the_good_lesson_has_no_problem(tmp_path):
    assert problems(write(good_lesson(), tmp_path)) == []


def code(source):
    """A defect: this source in the first code cell."""
    return lambda lesson: lesson.cells[3].update(source=source)


def prose(text):
    """A defect: this text at the end of the third cell."""
    return lambda lesson: lesson.cells[2].update(source=lesson.cells[2].source + "\n\n" + text)


def drop(index, text):
    """A defect: the cell without this text."""
    return lambda lesson: lesson.cells[index].update(
        source=lesson.cells[index].source.replace(text, "")
    )


def output(kind, **fields):
    """A defect: this output in the first code cell."""
    return lambda lesson: lesson.cells[3].outputs.append(v4.new_output(kind, **fields))


ERROR = {"ename": "ValueError", "evalue": "no", "traceback": []}
DEFECTS = {
    "not run": (lambda n: n.cells[5].update(execution_count=None), "not run from top to bottom"),
    "run out of order": (lambda n: n.cells[3].update(execution_count=3), "not run from top"),
    "error": (output("error", **ERROR), "cell 4 holds an error"),
    "tag without error": (
        lambda n: n.cells[3].metadata.update(tags=["raises-exception"]),
        "cell 4 is tagged raises-exception and raises nothing",
    ),
    "stderr": (output("stream", name="stderr", text="Warning"), "cell 4 wrote to stderr"),
    "widget state": (lambda n: n.metadata.update(widgets={}), "state of widgets is stored"),
    "no id": (lambda n: n.cells[3].pop("id"), "cell 4 has no id"),
    "same id": (lambda n: n.cells[4].update(id="cell-04"), 'cell 5 has the id "cell-04"'),
    "long cell": (code("1\n" * 26), "cell 4 has 26 lines of code, at most 25"),
    "no prose": (
        lambda n: n.cells.insert(6, v4.new_code_cell("3", id="more", execution_count=3)),
        "cell 7 follows another code cell",
    ),
    "interact": (
        code("from ipywidgets import interact\ninteract(plot, w=(0, 1))"),
        "cell 4 calls interact",
    ),
    "urllib": (code("from urllib.request import Request"), "it imports urllib"),
    "requests": (code("import requests as r"), "it imports requests"),
    "http": (code("def f():\n    import http.client"), "it imports http"),
    "socket": (code("import os, socket"), "it imports socket"),
    "urlopen": (code("urlopen('x')"), "network or the shell: urlopen('x')"),
    "shell line": (code("!wget x"), "network or the shell: get_ipython().system('wget x')"),
    "shell value": (code("files = !ls"), "network or the shell: get_ipython().getoutput('ls')"),
    "pip": (code("%pip install x"), "network or the shell: get_ipython().run_line_magic('pip'"),
    "sx": (code("%sx ls"), "network or the shell: get_ipython().run_line_magic('sx'"),
    "bash": (code("%%bash\nls"), "network or the shell: get_ipython().run_cell_magic('bash'"),
    "os.system": (code("os.system('ls')"), "network or the shell: os.system('ls')"),
    "download": (code("MNIST('.', download=True)"), "network or the shell: MNIST('.', download"),
    "image": (prose("![](#x)"), "cell 3 has a picture without alternative text"),
    "blank alt": (prose("![ ](#x)"), "cell 3 has a picture without alternative text"),
    "img": (prose('<img src="#x" alt="">'), "cell 3 has a picture without alternative text"),
    "network image": (prose("![a](https://x.org/a.png)"), "picture from the network"),
    "link": (prose("[a](02_none.ipynb#part)"), "links to 02_none.ipynb, which does not exist"),
    "title": (drop(0, "01 "), 'not a title like "# 01 What it is about"'),
    "box": (drop(1, "> **In"), "second cell is not the box"),
    "time": (drop(1, "30 "), 'no line "**Time:** NN minutes"'),
    "builds on": (drop(1, "**Builds on:**"), 'no line "**Builds on:**"'),
    "no widget": (lambda n: n.cells[5].outputs[0].data.pop(structure.WIDGET_VIEW), "no explorer"),
    "no picture": (lambda n: n.cells[5].outputs[0].data.pop("image/png"), "no explorer"),
    "one prediction": (drop(4, "**Predict**"), "asks for 1 predictions, at least 2"),
    "mistakes": (drop(6, "## Common mistakes"), 'no heading "## Common mistake"'),
    "recap": (drop(6, "## Recap"), 'no heading "## Recap"'),
    "exercises": (drop(6, "## Exercises"), 'no heading "## Exercises" or "## Next"'),
    "torch": (code("import torch.nn"), "cell 4 imports torch before lesson 13"),
    "from torch": (code("from torch import nn"), "cell 4 imports torch before lesson 13"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_noticed_alone(name, tmp_path):
    spoil, sentence = DEFECTS[name]
    lesson = good_lesson()
    spoil(lesson)
    found = problems(write(lesson, tmp_path))
    assert len(found) == 1, found
    assert sentence in found[0]


def test_every_rule_has_a_defect(tmp_path):
    noticed = set()
    for spoil, _ in DEFECTS.values():
        lesson = good_lesson()
        spoil(lesson)
        stored = structure.Lesson(write(lesson, tmp_path))
        noticed |= {rule for rule in structure.RULES if list(rule(stored))}
    assert noticed == set(structure.RULES) - {structure.next_lesson}


def test_a_lesson_links_to_the_next_one(tmp_path):
    path = write(good_lesson(), tmp_path)
    write(good_lesson(), tmp_path, "02_more.ipynb")
    write(good_lesson(), tmp_path, "03_most.ipynb")
    assert problems(path) == ["has no link to the next lesson, 02_more.ipynb"]
    lesson = good_lesson()
    prose("Next: [more](02_more.ipynb)")(lesson)
    assert problems(write(lesson, tmp_path)) == []


def test_what_is_meant_is_no_problem(tmp_path):
    lesson = good_lesson()
    lesson.cells[3].metadata["tags"] = ["raises-exception"]
    output("error", **ERROR)(lesson)
    code("%timeit 1\nif True print('a syntax error on purpose')")(lesson)
    drop(4, "**Predict**")(lesson)
    lesson.cells[5].source = "quiz('01.q1', 'Which?', OPTIONS, 'b')"
    prose('![a curve](#x) <img alt="a curve" src="#y"> `![](x)`')(lesson)
    assert problems(write(lesson, tmp_path)) == []
    lesson.cells[0].source = "# 13 Small"
    code("import torch")(lesson)
    assert problems(write(lesson, tmp_path, "13_small.ipynb")) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"nbformat": 3, "worksheets": []}'])
def test_no_notebook_is_a_clear_error(text, tmp_path):
    path = tmp_path / "01_bad.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"01_bad\.ipynb is not a notebook of format 4"):
        problems(path)


def fresh(*sources, tags=()):
    """A notebook never run, as an editor leaves it; the tags go to its last cell."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    for cell in notebook.cells:
        del cell["id"]
    notebook.cells[-1].metadata["tags"] = list(tags)
    return notebook


PLOT = "plt.plot([1, 2])\nplt.show()"
CELLS = [  # of one notebook that is run once
    "from pathlib import Path\nPath('beside.txt').write_text('here')",
    "import ipywidgets\nipywidgets.IntSlider(3)",
    "import sys\nfrom tqdm import tqdm\nfor i in tqdm(range(3), file=sys.stdout): pass\n",
    f"import matplotlib.pyplot as plt\nfrom nncourse import blank\n{PLOT}",
    PLOT,
    "plt.imshow([[i * j % 7 for i in range(900)] for j in range(900)])\nplt.show()",
    "import nncourse.learner.quiz as q\nq.quiz('', '', {}, '')",
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(path, notebook) of CELLS after its run."""
    notebook = fresh(*CELLS, tags=["raises-exception"])
    notebook.cells[0].id = "kept"
    notebook.cells[1].metadata.update(execution={"iopub.status.busy": "now"}, editable=False)
    notebook.metadata.update(authors=[{"name": "N. N."}], widgets={"state": {}})
    path = write(notebook, tmp_path_factory.mktemp("ran"))
    run(path)
    return path, nbformat.read(path, as_version=4)


def test_run_stores_one_form(ran):
    path, stored = ran
    assert (path.parent / "beside.txt").read_text(encoding="utf-8") == "here"
    nbformat.validate(stored)
    assert stored.metadata == notebooks.NOTEBOOK_METADATA
    count = range(1, len(CELLS) + 1)
    assert [cell.id for cell in stored.cells] == ["kept", *(f"cell-{n:02}" for n in count[1:])]
    assert [cell.execution_count for cell in stored.cells] == [*count]
    *others, last = [set(cell.metadata) for cell in stored.cells]
    assert (set.union(*others), last) == (set(), {"tags", "jupyter"})
    bar = stored.cells[2].outputs[0].text
    assert bar.startswith("100%")
    assert bar.count("\n") == 1
    assert sorted(file.name for file in path.parent.iterdir()) == ["01_small.ipynb", "beside.txt"]
    again = v4.reads(path.read_text(encoding="utf-8"))
    normalise(again)
    assert again == stored


def test_a_figure_is_stored_as_svg_and_as_a_sharp_png_and_a_heavy_one_as_png_alone(ran):
    light, same, alone = (cell.outputs[0] for cell in ran[1].cells[3:6])
    assert light.data["image/svg+xml"].startswith("<!DOCTYPE svg")
    assert "date>" not in light.data["image/svg+xml"]
    assert same == light
    assert notebooks.SVG not in alone.data
    for output in (light, alone):
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        assert picture.mode == "P"
        assert picture.width in (n := 2 * output.metadata["image/png"]["width"], n + 1)


def test_tracebacks_hold_no_path_of_this_machine(ran):
    root, text = str(notebooks.ROOT), ran[0].read_text(encoding="utf-8")
    assert "nncourse/learner/quiz.py" in text
    assert root not in text
    assert root.replace(str(Path.home()), "~", 1) not in text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("while True: pass", r"cell 2 \(while True: pass\): it ran for more than 2 seconds"),
        ("import os; os._exit(1)", r"cell 2 \(import os; .*\): the kernel died while it ran"),
    ],
)
def test_a_failing_cell_changes_nothing(source, message, tmp_path):
    path = write(fresh("print(1)", source, "print(2)"), tmp_path)
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=message):
        run(path, timeout=2)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_double_ids_are_refused(tmp_path):
    notebook = fresh("1", "2")
    notebook.cells[0].id = notebook.cells[1].id = "same"
    path = write(notebook, tmp_path)
    with pytest.raises(NotebookError, match=r'01_small\.ipynb: cell 2 \(2\) has the id "same"'):
        run(path)


def test_storing_that_fails_leaves_no_half_notebook(tmp_path):
    path = tmp_path / "01_small.ipynb"
    path.mkdir()  # os.replace refuses to put a file in place of a folder
    with pytest.raises(OSError):
        notebooks.store(good_lesson(), path)
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_cell_prints_before_and_after_a_picture_keeps_its_place():
    printed = [v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n", "c\n")]
    shown = v4.new_output("display_data", {"text/plain": "picture"})
    outputs = notebooks.normal_outputs([*printed[:2], shown, printed[2]])
    assert [output.get("text") for output in outputs] == ["a\nb\n", None, "c\n"]


def test_the_command_line_says_what_happened_and_exits_with_one(tmp_path, capsys):
    good = write(good_lesson(), tmp_path)
    bad = write(fresh("print(1)", "1 / 0"), tmp_path, "02_bad.ipynb")
    before = bad.read_bytes()
    assert main(["--check", str(good)]) == 1
    assert "01_small.ipynb: has no link to the next lesson, 02_bad.ipynb" in capsys.readouterr().err
    assert main([str(bad), str(tmp_path / "none.ipynb")]) == 1
    said = capsys.readouterr().err
    assert "02_bad.ipynb, cell 2 (1 / 0): ZeroDivisionError: division by zero" in said
    assert "Nothing was stored" in said
    assert bad.read_bytes() == before
    assert "none.ipynb" in said
    bad.unlink()
    assert main(["--check", str(good)]) == 0
