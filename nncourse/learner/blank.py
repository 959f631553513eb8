"""A blank inside a lesson: the learner writes the key line first, and is told at once."""

import copy

import numpy as np

from nncourse.judging.compare import NotPlain, plain, show

RTOL = 2e-3  # right results are written with a few digits


def blank(function, *cases):
    """Say whether the learner's lines are right: nothing is kept, nothing is raised.

    Each case is (arguments, right result): blank(half, ((4,), 2), ((5,), 2.5)). Arguments are
    copied for each call; numbers and arrays are compared to three digits, and shapes must be equal.
    """
    print(sentence(function, cases))


def sentence(function, cases):
    name = getattr(function, "__name__", type(function).__name__)
    for arguments, expected in cases:
        call = f"{name}({', '.join(show(plain_or_kind(given)) for given in arguments)})"
        try:
            result = function(*copy.deepcopy(arguments))
        except Exception as error:
            if "ellipsis" in str(error):
                return still_blank(name)
            return f"Not yet: {call} ends with {type(error).__name__}: {error}"
        if result is ... or result is None:
            return still_blank(name)
        try:
            result = plain(result)
        except NotPlain as error:
            return f"Not yet: {call} gives {error}; {show(plain(expected))} is right."
        if not equal(result, expected):
            return f"Not yet: {call} gives {show(result)}; {show(plain(expected))} is right."
    return "Right."


def still_blank(name):
    return f"Still blank: write your line in {name}, and run this cell again."


def plain_or_kind(value):
    """The value, or the name of its kind where it is not plain: a model, a function."""
    try:
        return plain(value)
    except NotPlain as error:
        return f"{error}"


def equal(result, expected):
    if isinstance(expected, list | tuple):
        same_length = isinstance(result, list | tuple) and len(result) == len(expected)
        return same_length and all(map(equal, result, expected))
    result, expected = np.asarray(result), np.asarray(expected)
    if result.shape != expected.shape:
        return False
    if expected.dtype.kind in "US":
        return bool(np.all(result == expected))
    return np.allclose(result, expected, rtol=RTOL, atol=1e-6)
