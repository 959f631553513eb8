"""quiz(): answers at once with a reason, keeps nothing, and reads well without a kernel."""

import re

import nbformat
import pytest
from ipywidgets import HTMLMath, RadioButtons
from nbconvert import HTMLExporter

from nncourse.authoring.notebooks import run
from nncourse.learner.quiz import quiz

QUESTION = "What is $2^3$ in `2 ** 3 < 9`?"
OPTIONS = {
    "8": "Two times two times two.",
    "6": "That is 2 * 3: a power is *repeated* multiplication, `2 * 2 * 2`.",
    "a_b": "Not a number & not < 9.",
}


@pytest.fixture
def question():
    return quiz("05.q1", QUESTION, OPTIONS, answer="8")


def test_nothing_is_chosen_and_nothing_is_said_at_first(question):
    assert question.choices.value is None
    assert question.feedback == ""


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_gets_its_reason_and_a_verdict_in_words(question, option):
    question.choose(option)
    assert ("Right." in question.feedback) == (option == "8")
    assert ("Not this one." in question.feedback) == (option != "8")
    assert OPTIONS[option].split()[0] in question.feedback


def test_a_second_choice_replaces_the_first(question):
    question.choose("6")
    question.choose("8")
    assert "Right." in question.feedback
    assert "repeated" not in question.feedback
    question.choices.value = None
    assert question.feedback == ""


def test_code_formulas_and_angle_brackets_survive(question):
    shown = question.box.children[0].value
    assert "<code>2 ** 3 &lt; 9</code>" in shown
    assert "$2^3$" in shown
    question.choose("a_b")
    assert "number &amp; not &lt; 9" in question.feedback


def test_it_is_made_of_core_widgets_that_the_keyboard_reaches(question):
    kinds = [type(child) for child in question.box.children]
    assert kinds == [HTMLMath, RadioButtons, HTMLMath]
    assert "script" not in "".join(child.value or "" for child in question.box.children)


def test_the_stored_text_shows_every_option_and_gives_nothing_away(question):
    before = question._repr_mimebundle_()
    question.choose("8")
    after = question._repr_mimebundle_()
    for kind in ("text/markdown", "text/plain"):
        assert before[kind] == after[kind]
        assert "2^3" in before[kind]
        assert "○" in before[kind] or "( )" in before[kind]
        assert not any(reason in before[kind] for reason in OPTIONS.values())
    assert r"a\_b" in before["text/markdown"]
    one, two = (
        quiz("05.q1", QUESTION, OPTIONS, answer=answer)._repr_mimebundle_()["text/markdown"]
        for answer in ("8", "6")
    )
    assert one == two


def stored_notebook(folder):
    """A notebook with one quiz, run and stored as a lesson is."""
    source = f"from nncourse import quiz\nquiz('05.q1', {QUESTION!r}, {OPTIONS!r}, '8')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, folder / "quiz.ipynb")
    return run(folder / "quiz.ipynb")


def test_two_runs_store_the_same_and_nbconvert_shows_the_question(tmp_path):
    notebooks = [stored_notebook(tmp_path) for _ in range(2)]
    first, second = (notebook.cells[0].outputs[0].data for notebook in notebooks)
    kinds = {"text/plain", "text/markdown", "application/vnd.jupyter.widget-view+json"}
    assert set(first) == kinds
    assert first["text/plain"] == second["text/plain"]
    assert first["text/markdown"] == second["text/markdown"]
    page, _ = HTMLExporter().from_notebook_node(notebooks[0])
    output = page.split("jp-OutputArea-output")[-1]
    assert re.search(r"<li>\s*○ 6\s*</li>", output)
    assert "Two times two" not in output


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": "7"}, r"quiz 05\.q1 expected answer to be one of its options .*got '7'"),
        ({"options": {"8": "Yes.", "6": " "}}, r"expected a reason for every option; \['6'\]"),
        ({"options": {"8": "Yes."}}, "two options or more"),
        ({"options": {"8": "Yes.", "6": None}}, "reason for every option"),
        ({"options": ["8", "6"]}, "a dict of two options or more, got .'8', '6'."),
        ({"options": "86"}, "a dict of two options or more, got '86'"),
        ({"answer": ["8"]}, "one of its options"),
        ({"name": 5}, "expected a name like .*got 5."),
        ({"name": "q1"}, 'expected a name like "05.q1", got .q1.'),
    ],
)
def test_bad_use_says_what_is_wrong(changes, message):
    arguments = {"name": "05.q1", "question": QUESTION, "options": OPTIONS, "answer": "8"}
    with pytest.raises(ValueError, match=message):
        quiz(**(arguments | changes))
