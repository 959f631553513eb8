"""A report that is not right brings a button, which shows one hint after the other."""

import IPython.display
import pytest

from nncourse.learner import check as module
from nncourse.learner.check import check, hint
from nncourse.learner.hint_button import HintButton


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", "off")
    monkeypatch.setattr(module, "seen_hints", {})


def test_it_shows_three_hints_and_then_where_the_answer_is():
    button = HintButton(lambda: hint("05.2"))
    names = []
    for shown in range(1, 5):
        names.append(button.button.description)
        button.button.click()
        assert button.shown.value.count('role="status"') == shown
    assert names == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Where is the answer?"]
    assert button.button.disabled
    assert "<b>Hint 1 of 3 for 05.2.</b>" in button.shown.value
    assert "<code>solutions/05_loss_functions.ipynb</code>" in button.shown.value


def test_it_goes_on_where_a_cell_with_hint_stopped():
    hint("05.2")
    button = HintButton(lambda: hint("05.2"), module.seen_hints["05.2"])
    assert button.button.description == "Hint 2 of 3"
    button.press()
    assert "Hint 2 of 3 for 05.2." in button.shown.value


def test_only_a_report_that_is_not_right_has_it(monkeypatch):
    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda one, **options: shown.append(one))
    check("01.2", lambda x, w, b: 0.0)._ipython_display_()
    report, box = shown
    assert report["text/plain"].startswith("✗ 01.2 The weighted sum: not right yet.")
    assert box.children[0].description == "Hint 1 of 3"
    with pytest.raises(NotImplementedError):
        check("01.2", lambda x, w, b: w @ x + b)._ipython_display_()
    with pytest.raises(NotImplementedError):
        check("01.2", lambda x, w, b: 0.0, hint=1)._ipython_display_()
