"""How an answer is called, and how its call is written: once, for check() and for the grader.

This file and plain.py are all of judging that the grader's sandbox holds.
"""

import copy
import warnings
from dataclasses import dataclass

import numpy as np

from nncourse.judging.plain import Failure, NotPlain, plain


@dataclass(frozen=True)
class Outcome:
    """What one call gave: a plain value or a Failure, and what went on beside it."""

    result: object
    error: BaseException | None = None  # what was raised
    changed: bool = False  # whether an array that was handed in holds other numbers now


def call(answer, arguments, driver=None):
    """Call an answer with copies of the arguments; a value without arguments is its own result.

    An exception becomes a Failure; what is not an Exception, as Ctrl-C and a time limit, passes.
    """
    mine = copy_arguments(arguments)
    try:
        if driver is not None:
            result = driver(answer, *mine)
        elif callable(answer) or mine:
            result = answer(*mine)
        else:
            result = answer
        result = result if result is Ellipsis else plain(result)
        return Outcome(result, changed=not unchanged(mine, arguments))
    except NotPlain as error:
        return Outcome(Failure("NotPlain", str(error)))
    except SystemExit as error:  # exit() would close the kernel
        return Outcome(Failure("SystemExit", "the answer called exit()"), error)
    except Exception as error:
        return Outcome(Failure(type(error).__name__, message_of(error)), error)


def results(answer, cases, driver=None):
    """A plain value or a Failure for each case, of an answer that can be trusted."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return [call(answer, arguments, driver).result for arguments in cases]


def message_of(error):
    """str(error), also where its own __str__ fails."""
    try:
        return str(error)
    except Exception:
        return "its message cannot be shown"


def copy_arguments(arguments):
    """A deep copy, so that nobody changes the next reader's arrays; functions stay as they are."""
    return copy.deepcopy(arguments)


def unchanged(mine, original):
    """Whether the arrays in two argument tuples still hold the same numbers."""
    if isinstance(original, np.ndarray):
        return isinstance(mine, np.ndarray) and (
            np.array_equal(mine, original)  # a third of the time that equal_nan takes
            or np.array_equal(mine, original, equal_nan=True)
        )
    if isinstance(original, list | tuple):
        return len(mine) == len(original) and all(map(unchanged, mine, original))
    if isinstance(original, dict):
        return mine.keys() == original.keys() and all(
            unchanged(mine[key], original[key]) for key in original
        )
    return True


def written(name, shown, driver=None):
    """The call as Python: written("weighted_sum", ["np.array([1.0])", "2.0"])."""
    if driver is not None:
        return driver.written(name, *shown)
    return f"{name}({', '.join(shown)})"
