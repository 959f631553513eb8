import numpy as np
import pytest

from nnlib import expect
from nnlib.expect import called, function, listed, number, numbers, whole


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3)), "an array of shape (2, 3) of dtype float64"),
        ((1, 2), "a tuple"),
        (expect.Path, "the class Path"),
        (None, "None"),
        ("x" * 100, "'" + "x" * 49 + "..."),
        (OSError(), "an OSError"),
    ],
)
def test_called(value, words):
    assert called(value) == words


@pytest.mark.parametrize(
    "bad", ["text", None, {}, {1}, 1j, [[1], [1, 2]], [None], ["a"], object(), np.array([object()])]
)
def test_numbers_are_numbers(bad):
    with pytest.raises(TypeError, match=r"^f, x, expected an array of numbers, got "):
        numbers(bad, "f, x,")
    assert numbers([[1, 2]], "f").shape == (1, 2)


def test_an_array_says_its_dtype_once():
    for bad, words in ((np.array(["a"]), "an array of shape (1,)"), (["a"], "a list")):
        with pytest.raises(TypeError) as caught:
            numbers(bad, "f")
        assert str(caught.value) == f"f expected an array of numbers, got {words} of dtype <U1."


def test_a_whole_number_is_written_as_one():
    assert whole(np.int64(3), "n") == 3
    for bad, words in (
        (2.0, r"2.0. Write 2"),
        (2.5, r"2.5."),
        (True, "True"),
        ("3", "'3'"),
    ):
        with pytest.raises(TypeError, match=rf"n expected a whole number, got {words}"):
            whole(bad, "n")
    with pytest.raises(ValueError, match=r"n expected 1 or more, got 0"):
        whole(0, "n")


def test_a_number_is_a_finite_number_in_its_range():
    assert number(np.float32(0.5), "p", 0, 1) == 0.5
    for bad in (-0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=r"p expected 0 ... 1, got"):
            number(bad, "p", 0, 1)
    for bad in (True, "1", None, [1]):
        with pytest.raises(TypeError, match=r"p expected a number, got"):
            number(bad, "p", 0, 1)


def test_restore_speaks_of_git_only_in_a_clone(tmp_path, monkeypatch):
    monkeypatch.setattr(expect, "ROOT", tmp_path)
    assert "git" not in expect.restore("nnlib/x.npz")
    (tmp_path / ".git").mkdir()
    assert expect.restore("nnlib/x.npz").startswith("run git checkout -- nnlib/x.npz, or get")


def test_a_list_is_no_text():
    assert listed(np.arange(2), "names") == [0, 1]
    for bad in ("ab", b"ab", {1: 2}, 3, None, np.array(3)):
        with pytest.raises(TypeError, match=r"^names expected a list, got"):
            listed(bad, "names")


def test_a_function_is_no_class():
    assert function(abs, "f") is abs
    for bad, words in ((int, "the class int"), (3, "3"), (None, "None")):
        with pytest.raises(TypeError, match=rf"^f expected a function, got {words}\.$"):
            function(bad, "f")
