"""Blanks in lessons: what is still empty, what is right, and what is not."""

import numpy as np
import pytest

from nncourse import blank


def said(capsys, function, *cases):
    blank(function, *cases)
    return capsys.readouterr().out.strip()


def half(x):
    return x / 2


@pytest.mark.parametrize(
    "empty", [lambda x: ..., lambda x: None, lambda x: x + ...], ids=["dots", "none", "within"]
)
def test_an_empty_blank_is_no_error(empty, capsys):
    assert said(capsys, empty, ((4,), 2)).startswith("Still blank: write your line in ")


def test_the_right_line_is_right(capsys):
    assert said(capsys, half, ((4,), 2), ((np.float32(5),), 2.5)) == "Right."
    assert said(capsys, half, ((np.array([1, 2]),), np.array([0.5, 1.0]))) == "Right."
    assert said(capsys, lambda x: (x, [x]), ((3,), (3, [3.0]))) == "Right."


def test_a_wrong_line_shows_the_call_and_both_results(capsys):
    assert said(capsys, half, ((4,), 2), ((3,), 9)) == "Not yet: half(3) gives 1.5; 9 is right."
    assert "np.array([[0.5]]); 0.5 is right" in said(capsys, half, ((np.array([[1.0]]),), 0.5))
    assert "gives a generator; 2 is right" in said(capsys, lambda x: (i for i in "a"), ((4,), 2))
    assert "ends with TypeError: " in said(capsys, half, (("a",), 2))


def test_arguments_are_fresh_for_each_call(capsys):
    def spoil(p):
        p *= 0
        return p.sum()

    p = np.ones(2)
    assert said(capsys, spoil, ((p,), 0), ((p,), 0)) == "Right."
    assert p.tolist() == [1, 1]
