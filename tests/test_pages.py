"""What a notebook becomes on its way to a page: alternative texts, quizzes, shows."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs.pages import (
    SHOWS,
    STAND_IN,
    WIDGET,
    WITH_DATA,
    for_the_web,
    quiz_page,
    words_after,
)

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("[0-9]*.ipynb"))


def text_cell(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code_cell(source, **data):
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    outputs = [output] if data else []
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs}


def page(*cells):
    """The cells of a notebook after its way."""
    return json.loads(for_the_web(json.dumps({"cells": list(cells)})))["cells"]


def alt(cell):
    return cell["metadata"]["mystnb"]["image"]["alt"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("*Two lines that cross.* More of it.\n\nNext.", "Two lines that cross."),
        ("Two lines\nthat cross at $x = 2$.\n\nNext.", "Two lines\nthat cross at x = 2."),
        ("**Bold** is no picture's text, but *all* is read.", "Bold is no picture's text, "),
        ("*Shapes: `a` and [b](c.ipynb).*", "Shapes: a and b."),
        ("## A heading", ""),
    ],
)
def test_words_after_a_picture(source, words):
    found = words_after(text_cell(source))
    assert found.startswith(words) if words else found == ""
    assert words_after(code_cell(source)) == ""


def test_a_figure_has_the_words_after_it_and_an_explorer_its_own():
    figure = code_cell("plt.show()", **{"image/png": "", "text/plain": "<Figure>"})
    explorer = code_cell("e", **{"image/png": "", WIDGET: {}, "text/plain": ["A ", "curve."]})
    one, _, two = page(figure, text_cell("*A line.*"), explorer)
    assert alt(one) == "A line."
    assert alt(two) == "A curve."
    assert two["metadata"]["tags"] == ["explorer"]
    (last,) = page(figure)
    assert "text around it" in alt(last)


def test_what_a_prediction_asks_for_is_folded_and_hidden_code_stays_hidden():
    printed = code_cell("print(1)", **{"text/plain": "1"})
    hidden = code_cell("draw()", **{"text/plain": "2"})
    hidden["metadata"] = {"jupyter": {"source_hidden": True}}
    explorer = code_cell("e", **{"image/png": "", WIDGET: {}, "text/plain": "A curve."})
    ask, table = text_cell("**Predict** it."), text_cell("| **Predict** | Decide. |")
    cells = page(printed, ask, printed, printed, ask, explorer, table, printed, hidden)
    tags = [cell["metadata"].get("tags", []) for cell in cells if cell["cell_type"] == "code"]
    assert tags == [[], ["hide-output"], [], ["explorer"], [], ["remove-input"]]


@pytest.mark.parametrize("call", SHOWS)
def test_a_show_runs_in_the_page(call):
    file, options = SHOWS[call]
    sources = [f"{call}()", f"it = {call}()\nit", f"x = 1\n{call}().set(step=3)"]
    for source in sources[: 2 if call in WITH_DATA else 3]:
        (cell,) = page(code_cell(source, **{"image/png": "", WIDGET: {}, "text/plain": "x"}))
        shown = BeautifulSoup(cell["outputs"][0]["data"]["text/html"], "html.parser").div
        assert shown["data-show"] == file
        settings = {"step": 3} if "step" in source else {}
        assert json.loads(shown["data-options"]) == {**options, "settings": settings}
    folder = Path(__file__).parents[1] / "nnlib" / "widgets"
    assert "export default" in (folder / f"{file}.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "source",
    [
        'explore_training(steps=9, data="XOR")',
        'few = {"data": "XOR"}\nexplore_training(steps=9, **few)',
        'explore_training(data="moons").set(data="XOR", steps=9)',
    ],
)
def test_settings_in_the_brackets_reach_the_page(source):
    (cell,) = page(code_cell(source, **{"image/png": "", WIDGET: {}, "text/plain": "x"}))
    shown = BeautifulSoup(cell["outputs"][0]["data"]["text/html"], "html.parser").div
    settings = json.loads(shown["data-options"])["settings"]
    assert settings == {"steps": 9, "data": "XOR"}


def options_of(source, **outputs):
    (cell,) = page(code_cell(source, **outputs))
    shown = BeautifulSoup(cell["outputs"][0]["data"]["text/html"], "html.parser").div
    return json.loads(shown["data-options"])


def test_data_in_the_brackets_reach_the_page_and_an_exercise_is_shown_without_outputs():
    for outputs in ({}, {"image/png": "", WIDGET: {}, "text/plain": "x"}):
        source = "x = [0, 1, 2]\ny = [1, 0, 2.5]\nfit_by_hand(x, y).set(a=0.5)"
        options = options_of(source, **outputs)
        assert options["problem"]["points"] == [[0, 1], [1, 0], [2, 2.5]]
        assert options["settings"] == {"at": {"a": 0.5, "b": 0, "c": 0}, "show_loss": False}
    options = options_of("explore_convolution([[1, 0, 1], [0, 1, 0], [1, 0, 1]]).set(relu=True)")
    assert options["own"] == {"values": [1, 0, 1, 0, 1, 0, 1, 0, 1], "rows": 3, "columns": 3}
    assert options["settings"]["relu"] is True


@pytest.mark.parametrize("call", sorted(STAND_IN))
def test_for_a_network_of_the_learners_own_another_stands_in_and_says_so(call):
    assert options_of(f"{call}(model)") == {"settings": {}, "note": STAND_IN[call]}


def test_a_stand_in_for_codes_leaves_the_picture_that_the_text_describes():
    data = {"image/png": "abc", WIDGET: {}, "text/plain": "two digits"}
    (cell,) = page(code_cell("explore_codes(encode, decode)", **data))
    shown, kept = cell["outputs"]
    assert "note" in shown["data"]["text/html"]
    assert kept["data"]["image/png"] == "abc"
    assert alt(cell)
    (cell,) = page(code_cell("explore_codes()", **data))
    assert len(cell["outputs"]) == 1


@pytest.mark.parametrize(
    "source",
    [
        *("fit_by_hand(x, y)", "fit_by_hand([0, 1, 2], [1, 2, 3], wave, {'k': (0, 1)})"),
        *("explore_training(**own)", "explore_neuron(bump)", "plt.show()"),
    ],
)
def test_what_needs_the_kernel_stays_a_still_picture(source):
    (cell,) = page(code_cell(source, **{"image/png": "", WIDGET: {}, "text/plain": "x"}))
    assert "image/png" in cell["outputs"][0]["data"]


QUIZ = 'quiz("05.q1", "Is `a < b` or $x$?", {"<1": "No.", "2": "Yes: $y$."}, answer="2")'


def test_a_quiz_is_a_form_in_which_one_option_is_right():
    form = BeautifulSoup(quiz_page(f"from x import quiz\n\n{QUIZ}"), "html.parser").fieldset
    assert form.legend.text == r"Is a < b or \(x\)?"
    assert [label.text.strip() for label in form.select("label")] == ["<1", "2"]
    replies = [template.text for template in form.select("template")]
    assert replies == ["✗ Not this one. No.", r"✓ Right. Yes: \(y\)."]
    assert "\n\n" not in str(form)  # Markdown would end the HTML there


@pytest.mark.parametrize("source", ["", "1 +", "show(1)", "quiz(*a)", "x = quiz", "quiz(n, 'q')"])
def test_other_cells_are_no_quiz(source):
    assert quiz_page(source) is None


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_every_quiz_of_a_lesson_answers_in_the_page_and_every_picture_has_words(path):
    text = path.read_text(encoding="utf-8")
    cells = json.loads(for_the_web(text))["cells"]
    before = json.loads(text)["cells"]
    quizzes = [c for c in before if c["cell_type"] == "code" and "quiz(" in "".join(c["source"])]
    assert sum("fieldset" in "".join(cell["source"]) for cell in cells) == len(quizzes)
    pictures = [
        c for c in cells if any("image/png" in o.get("data", ()) for o in c.get("outputs", ()))
    ]
    assert pictures or 'class="live"' in json.dumps(cells).replace("\\", "")
    assert not [c["id"] for c in pictures if "text around it" in alt(c) or len(alt(c)) < 25]


def test_answers_have_a_title_of_their_own():
    notebook = json.dumps({"cells": [text_cell("# Exercises 05: Loss functions")]})
    titles = [
        json.loads(for_the_web(notebook, f"{folder}/05.ipynb"))["cells"][0]["source"]
        for folder in ("exercises", "solutions")
    ]
    assert titles == ["# Exercises 05: Loss functions", "# Answers 05: Loss functions"]


# ------------------------------------------------------------------------------------ in a tab
@pytest.mark.parametrize("folder", ["lessons", "exercises"])
def test_a_notebook_is_linked_to_its_live_copy_where_there_is_one(folder):
    (path,) = (ROOT / folder).glob("03_*.ipynb")
    text, name = path.read_text(encoding="utf-8"), f"{folder}/{path.name}"
    address = f'href="../live/lab/index.html?path={name}"'
    second = json.loads(for_the_web(text, name, in_a_tab=True))["cells"][1]
    assert address in second["source"]
    sources = [cell["source"] for cell in json.loads(for_the_web(text, name))["cells"]]
    assert not any("live/lab" in "".join(source) for source in sources)


def test_logits_in_the_brackets_reach_the_page():
    source = 'explore_softmax([1, 2], ["cat", "dog"]).set(temperature=2.0)'
    settings = options_of(source)["settings"]
    assert (settings["names"], settings["z1"], settings["z2"]) == (["cat", "dog"], 1.0, 2.0)
    assert settings["temperature"] == 2.0
    assert settings["call"] == "explore_softmax([1.0, 2.0], ['cat', 'dog'])"
