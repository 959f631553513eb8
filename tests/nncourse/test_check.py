"""check() in a learner's hands: what it says, what it stops, and what it leaves as it was."""

import dataclasses
import io
import re
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from nncourse import exercises
from nncourse.judging import timelimit
from nncourse.judging.compare import show
from nncourse.learner import check as module
from nncourse.learner import progress
from nncourse.learner.check import WrongAnswer, check, hint
from nnlib.nn.functional import sigmoid


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    """Checks in tests give no points to whoever runs them."""
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(module, "seen_hints", {})


def right(x, w, b):
    return w @ x + b


def test_a_right_answer_in_one_line_that_never_changes():
    reports = {repr(check("01.2", right)) for _ in range(5)}
    assert reports == {"✓ 01.2 The weighted sum: right. 2 of 2 points, all 25 checks passed."}
    report = check("01.2", right)
    assert (report.right, report.points, report.of) == (True, 2, 2)
    assert re.fullmatch(
        r"<span style=[^>]*>✓</span> \*\*01.2 The weighted sum: right\.\*\* .*",
        report._repr_markdown_(),
        re.DOTALL,
    )


def test_a_wrong_answer_says_what_was_called_what_came_and_names_the_mistake():
    # without a seed, now and then the random bias of a case is 0.0, and nothing is forgotten there
    text = repr(check("01.2", lambda x, w, b: w @ x, seed=2))
    assert "not right yet. 1 of 25 checks passed." in text
    assert "weighted_sum(np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.8, -0.5]), 2.0)" in text
    assert "The result is 0.3, expected 2.3." in text
    assert "It looks like this mistake: bias forgotten. The products" in text
    assert 'hint("01.2")' in text
    assert "Traceback" not in text


def test_what_was_called_can_be_pasted_and_gives_what_was_said():
    text = repr(check("01.2", lambda x, w, b: w @ x))
    call = re.search(r"Called: (.*)", text)[1]
    assert eval(call, {"np": np, "weighted_sum": right}) == pytest.approx(2.3)


def test_a_function_among_the_arguments_can_be_pasted_too():
    def one_sided(f, x, h):
        return np.array([(f(x + h) - f(x)) / h for _ in range(2)])

    text = repr(check("07.4", one_sided, seed=1))
    call = re.search(r"Called: (.*)", text)[1]
    assert call.startswith("measured_gradient(np.")
    shown = eval(call, {"np": np, "measured_gradient": lambda f, x, h: f})
    assert shown is np.cumprod
    for function, name in (
        (np.var, "np.var"),
        (np.linalg.norm, "np.linalg.norm"),
        (np.tanh, "np.tanh"),
        (abs, "abs"),
        (sigmoid, "nnlib.nn.formulas.sigmoid"),
    ):
        assert show(function) == name


def test_an_unknown_mistake_is_not_given_a_name():
    text = repr(check("01.2", lambda x, w, b: 17.0))
    assert "expected 2.3" in text
    assert "mistake" not in text


def test_an_array_is_shown_whole_when_it_is_short():
    text = repr(check("01.2", lambda x, w, b: w * x + b))
    assert "an array of shape (3,), and a number was expected" in text
    assert "Came back: np.array([2.2, 3.6, 0.5])." in text

    class Both:
        def __init__(self, weights, bias):
            return

        def forward(self, x):
            return np.zeros((50, 50))

    assert "Came back" not in repr(check("01.3", Both))


def test_an_error_is_one_sentence_with_its_line_and_a_traceback_on_request():
    def wrong(x, w, b):
        return w @ x + bias  # noqa: F821

    text = repr(check("01.2", wrong))
    assert "The call ended in an error: NameError: name 'bias' is not defined." in text
    assert "That was in the line return w @ x + bias" in text
    assert "Traceback" not in text
    text = repr(check("01.2", wrong, traceback=True))
    assert "Traceback (most recent call last)" in text
    assert "check.py" not in text.replace("test_check.py", "")


def test_the_stub_and_the_dots_are_not_started():
    def stub(x, w, b):
        raise NotImplementedError

    assert "○ 01.2 The weighted sum: not started." in repr(check("01.2", stub))
    assert "in place of the dots in z_on_paper = ..." in repr(check("01.1", ...))
    assert not progress.location().exists()


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        ("01.2", 3.0, "weighted_sum is not a function but 3.0"),
        ("01.2", None, "weighted_sum is not a function but None"),
        (
            "01.2",
            lambda x, w: 0,
            "called as weighted_sum(x, w, b), and yours is weighted_sum(x, w)",
        ),
        ("01.1", right, "z_on_paper is a function, and a value is wanted"),
        ("01.1", dict, "z_on_paper is a class, and a value is wanted"),
    ],
)
def test_what_cannot_be_checked_says_why(id, answer, words):
    report = check(id, answer)
    assert words in repr(report)
    assert "cannot be checked yet" in repr(report)
    assert (report.right, report.points) == (False, 0)


def test_extra_arguments_with_defaults_and_partials_are_fine():
    assert check("01.2", lambda x, w, b=0.0, more=None: w @ x + b).right
    assert check("01.2", lambda *arguments: right(*arguments)).right


def test_a_value_is_never_given_away():
    for answer in (5.0, 1.0, -2.0, "2", [2.0]):
        text = repr(check("01.1", answer))
        assert "not right" in text
        assert not re.search(r"expected \S*2(\.0)?\b", text)
    assert check("01.1", np.float64(2.0)).right
    assert check("01.1", 2).right


def test_a_class_is_called_as_a_learner_would_write_it():
    class MyNeuron:
        def __init__(self, weights, bias):
            self.weights = weights

        def forward(self, x):
            return 1 / (1 + np.exp(-self.weights @ x))

    text = repr(check("01.3", MyNeuron))
    assert "first, second = MyNeuron(np.array([0.0, 1.0]), 4.0), MyNeuron(" in text
    assert "first.forward(np.array([2.0, 3.0]))" in text
    assert "bias forgotten" in text


def test_numbers_that_do_the_job_are_right_and_others_are_told_where_they_fail():
    assert check("01.4", np.array([1, 1, 1, -1.2])).right
    text = repr(check("01.4", [1, 1, 1, 0]))
    assert "With the votes (0, 0, 1) your neuron says yes, and it should say no." in text
    assert "one vote is enough" in text


def test_hints_go_from_nudge_to_nearly_there_and_then_say_where_the_answer_is():
    exercise = exercises.find("01.2")
    shown = [repr(hint("01.2")) for _ in range(5)]
    for number, text in enumerate(exercise.hints):
        assert f"Hint {number + 1} of 3 for 01.2. {text.replace('`', '')}" == shown[number]
    assert "solutions/01_the_neuron.ipynb" in shown[3]
    assert shown[4] == shown[3]
    assert repr(hint("01.2", 1)) == shown[0]
    assert "Hint 2 of 3" in repr(check("01.2", lambda x, w, b: 0.0, hint=2))
    with pytest.raises(ValueError, match="1, 2 or 3"):
        check("01.2", right, hint=4)
    with pytest.raises(ValueError, match="1, 2 or 3"):
        hint("01.2", "first")
    for wrong in (True, 0, -1, 1.5, [1]):
        with pytest.raises(ValueError, match="1, 2 or 3"):
            hint("01.2", wrong)
    for wrong in ("a", -1, 1.5, True):
        with pytest.raises((TypeError, ValueError), match="check, seed, expected"):
            check("01.2", right, seed=wrong)
    for wrong in ("55.9", None, 5, [1], "0" * 5000):
        with pytest.raises(ValueError, match=r"There is no exercise .{1,40}. Expected text"):
            hint(wrong)
    for close in ("5.2", 5.2, "5.2 "):
        with pytest.raises(ValueError, match=r"near it: 05.2, "):
            hint(close)


def test_hint_from_the_command_line(capsys):
    assert module.hint_command(["01.2", "2"]) == 0
    assert "Hint 2 of 3" in capsys.readouterr().out
    assert module.hint_command(["99.1"]) == 1
    assert "There is no exercise" in capsys.readouterr().err


def test_inputs_are_copies_and_changing_them_is_remarked_on():
    def careless(x, w, b):
        x *= w
        return x.sum() + b

    report = check("01.2", careless)
    assert report.right
    assert "changes an array that was passed in" in repr(report)
    assert "changes an array" not in repr(check("01.2", right))


def test_prints_are_kept_from_the_page_and_shown_briefly(capsys):
    def talks(x, w, b):
        print("x is", x)
        print("z" * 1_000_000)
        return w @ x

    text = repr(check("01.2", talks))
    assert "It printed:" in text
    assert "x is [1. 2. 3.]" in text
    assert len(text) < 1200

    def talks_and_is_right(x, w, b):
        print(x)
        return w @ x + b

    assert "it also prints" in repr(check("01.2", talks_and_is_right))
    print("and this is not swallowed")
    assert capsys.readouterr().out == "and this is not swallowed\n"


def test_warnings_are_said_beside_a_wrong_answer_and_are_no_error():
    def divides(x, w, b):
        warnings.warn("divide by zero encountered", RuntimeWarning, stacklevel=1)
        return float("inf")

    text = repr(check("01.2", divides))
    assert "warned: divide by zero encountered" in text
    assert "inf means" in text


def test_exit_does_not_end_the_kernel():
    def leaves(x, w, b):
        sys.exit(3)

    assert "the answer called exit()" in repr(check("01.2", leaves))


def test_the_stop_button_still_stops():
    def interrupted(x, w, b):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("01.2", interrupted)
    assert check("01.2", right).right


def endless(x, w, b):
    while True:
        pass


def swallows(x, w, b):
    while True:
        try:
            while True:
                try:
                    x = x + 1
                except:  # noqa: E722
                    x = x - 1
        except BaseException:
            continue


def sleeps_and_swallows(x, w, b):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            print("not me")


def recursive(x, w, b):
    try:
        return endless(x, w, b)
    except BaseException:
        return recursive(x, w, b)


def finally_again(x, w, b):
    while True:
        try:
            x = x + 1
        finally:
            x = x - 1


@pytest.fixture
def hurry(monkeypatch):
    """Exercise 01.2 with less patience, for tests of what happens when it ends."""
    monkeypatch.setattr(timelimit, "slowness", lambda: 1)
    quick = dataclasses.replace(exercises.find("01.2"), seconds=0.3)
    monkeypatch.setattr(exercises, "find", lambda id: quick)


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize(
    "answer", [endless, swallows, sleeps_and_swallows, recursive, finally_again]
)
def test_a_loop_that_swallows_what_stops_it_ends_and_leaves_nothing_behind(answer):
    before = sys.stdout, signal.getsignal(signal.SIGALRM), sys.gettrace()
    start = time.monotonic()
    report = check("01.2", answer)
    assert time.monotonic() - start > 0.29  # so long it was given
    assert re.search(r"took too long: after [\d.]+ seconds it was stopped", repr(report))
    assert (sys.stdout, signal.getsignal(signal.SIGALRM), sys.gettrace()) == before
    assert check("01.2", right).right


@pytest.mark.usefixtures("hurry")
def test_cases_before_an_endless_loop_count_as_passed():
    calls = []

    def hangs_later(x, w, b):
        calls.append(1)
        if len(calls) > 2:
            endless(x, w, b)
        return w @ x + b

    assert check("01.2", hangs_later).verdict.passed == 2


@pytest.mark.usefixtures("hurry")
def test_an_endless_loop_in_another_thread_ends_too():
    reports = []
    thread = threading.Thread(target=lambda: reports.append(check("01.2", endless)))
    thread.start()
    thread.join(60)
    assert "took too long" in repr(reports[0])


@pytest.mark.usefixtures("hurry")
def test_without_alarms_as_on_windows_a_loop_ends_too(monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    assert "took too long" in repr(check("01.2", endless))
    assert check("01.2", right).right


def test_errors_pass_through_the_time_limit_both_ways():
    def fails():
        raise KeyError("inside")

    with pytest.raises(KeyError):
        timelimit.run(fails, 1)
    with pytest.raises(KeyError):
        timelimit.run_in_thread(fails, 1)
    assert timelimit.run(lambda: None, 1)
    assert timelimit.run_in_thread(lambda: None, 1)


def test_an_alarm_of_somebody_else_goes_on_afterwards():
    rang = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rang.append(time.monotonic()))
    mine = signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        assert not timelimit.run(lambda: endless(0, 0, 0), 0.2)
        time.sleep(0.6)
        assert len(rang) == 1
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *mine)


def test_a_seed_makes_the_same_inputs_come_again():
    seen = []

    def notes(x, w, b):
        seen.append(x.tolist())
        return 0.0

    check("01.2", notes, seed=5)
    first = list(seen)
    seen.clear()
    check("01.2", notes, seed=5)
    assert seen == first
    seen.clear()
    check("01.2", notes)
    assert seen != first


def test_nbgrader_is_told_by_points_and_by_an_exception(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("01.2", right) == 2
    with pytest.raises(WrongAnswer, match="bias forgotten"):
        check("01.2", lambda x, w, b: w @ x)
    with pytest.raises(WrongAnswer, match="not started"):
        check("01.1", ...)


def test_points_go_into_the_progress_and_stay():
    check("01.2", lambda x, w, b: w @ x)
    check("01.2", right)
    check("01.2", lambda x, w, b: w @ x)
    entry = progress.read(progress.location())[0]["01.2"]
    assert (entry["points"], entry["tries"]) == (2, 3)


def test_a_place_that_cannot_be_written_is_a_sentence(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    report = check("01.2", right)
    assert report.right
    assert "Your points could not be stored in progress.json" in repr(report)


def test_markdown_signs_in_a_message_stay_what_they_are():
    def wrong(x, w, b):
        raise ValueError("a*b and c_d_e and <b>")

    report = check("01.2", wrong)
    assert "a\\*b and c\\_d\\_e and \\<b>" in report._repr_markdown_()
    assert "a*b and c_d_e and <b>" in repr(report)


def test_code_and_powers_in_a_text_survive():
    text = module.Text("**Bold**, an *output* of 2 * 3 * 4, `x**2` and `a_b`")
    assert repr(text) == "Bold, an output of 2 * 3 * 4, x**2 and a_b"
    assert text._repr_markdown_() == "**Bold**, an *output* of 2 * 3 * 4, `x**2` and `a_b`"


def test_printed_text_in_the_stream_is_cut_not_kept():
    stream = module.FirstCharacters()
    stream.next()
    for _ in range(1000):
        stream.write("x" * 1000)
    assert len(stream.texts[0]) == module.MAX_PRINTED + 1
    assert isinstance(stream, io.TextIOBase)
