"""What a function expects of its arguments, said once: TypeError or ValueError in a sentence."""

from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]


def called(value):
    """A few words for a wrong value: "a tuple", "the class Adam", "an array of shape (3,)"."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, {value.dtype}"
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return repr(value) if len(repr(value)) < 60 else f"{repr(value)[:50]}..."
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def numbers(value, who):
    """`value` as an array of real numbers, any shape; TypeError when it is something else."""
    if type(value) is np.ndarray and value.dtype.kind in "biuf":
        return value  # as nearly always, and many times a second
    if not isinstance(value, (list, tuple, range, int, float)) and not hasattr(value, "__array__"):
        raise TypeError(f"{who} expected an array of numbers, got {called(value)}.")
    try:
        array = np.asarray(value)
    except Exception as error:  # rows of different lengths, a tensor that cannot become an array
        raise TypeError(
            f"{who} expected an array of numbers, got {called(value)}: {error}"
        ) from None
    if array.dtype.kind not in "biuf":
        got = called(value) if array.ndim == 0 else f"{called(value)} of {array.dtype}"
        raise TypeError(f"{who} expected an array of numbers, got {got}.")
    return array


def listed(value, who):
    """`value` as a list; TypeError for text and for what has no items."""
    if (
        isinstance(value, (str, bytes, dict))
        or not hasattr(value, "__iter__")
        or (isinstance(value, np.ndarray) and value.ndim == 0)
    ):
        raise TypeError(f"{who} expected a list, got {called(value)}.")
    return list(value)


def whole(value, who, least=1):
    """`value` as an int of at least `least`; TypeError for 2.0 or True, ValueError below."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        hint = f" Write {int(value)}." if isinstance(value, float) and value.is_integer() else ""
        raise TypeError(f"{who} expected a whole number, got {called(value)}.{hint}")
    if value < least:
        raise ValueError(f"{who} expected {least} or more, got {value}.")
    return int(value)


def number(value, who, least=-np.inf, most=np.inf):
    """`value` as a finite float in least ... most; TypeError or ValueError otherwise."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"{who} expected a number, got {called(value)}.")
    if not np.isfinite(value) or not least <= value <= most:
        allowed = f"{least:g} or more" if most == np.inf else f"{least:g} ... {most:g}"
        allowed = "a finite number" if least == -np.inf else allowed
        raise ValueError(f"{who} expected {allowed}, got {value}.")
    return float(value)


def restore(file):
    """How a file of nnlib comes back; `file` as git names it, such as nnlib/weights/x.npz."""
    again = "get nnlib again from where you had it"
    return f"run git checkout -- {file}, or {again}." if (ROOT / ".git").exists() else f"{again}."
