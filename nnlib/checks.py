"""What arguments must be: a check returns the value, or raises an error that says what to pass."""

import math
import operator

import numpy as np

FLOATS = np.float32, np.float64


def kind_of(value):
    """What a value is, in a few words, for "got ...": its text when short, otherwise its type."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    text = repr(value)
    return (
        text if len(text) <= 60 and "\n" not in text else f"a value of type {type(value).__name__}"
    )


def number(name, value, *, above=None, least=None, below=None, most=None, hint=""):
    """A finite number within its limits, as a Python float or int.

    Raises TypeError for what is not a number, ValueError for one out of range.
    """
    limits = {"above {}": above, "{} or more": least, "below {}": below, "at most {}": most}
    limits = " and ".join(w.format(limit) for w, limit in limits.items() if limit is not None)
    expected = f"{name} expected a number {limits}".rstrip()
    hint = f" {hint}" if hint else ""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{expected}, got {kind_of(value)}.{hint}")
    if isinstance(value, np.complexfloating):
        raise TypeError(f"{expected}, got {value!r}.{hint}")
    fits = abs(value) < math.inf
    fits = fits and (above is None or value > above) and (least is None or value >= least)
    fits = fits and (below is None or value < below) and (most is None or value <= most)
    if not fits:
        raise ValueError(f"{expected}, got {value}.{hint}")
    # no NumPy scalar: one np.float64 makes a whole pass over float32 numbers slow
    return value if type(value) in (int, float) else value.item()


def whole(name, value, least, hint=""):
    """A whole number from `least` up, as an int; TypeError or ValueError for anything else."""
    hint = f" {hint}" if hint else ""
    try:
        if isinstance(value, (bool, np.bool_, np.ndarray)):
            raise TypeError
        result = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} expected a whole number from {least} up, got {kind_of(value)}.{hint}"
        ) from None
    if result < least:
        raise ValueError(f"{name} expected a whole number from {least} up, got {result}.{hint}")
    return result


def floats(x, dtype=None, name="x"):
    """x as an array of floats: whole numbers, bools and float16 become float32.

    dtype: float32 or float64, or None to leave these two as they are; any shape.
    Raises TypeError for what does not consist of real numbers.
    """
    if type(x) is not np.ndarray or x.dtype.type not in FLOATS:
        x = _as_floats(x, name)
    return x if dtype is None or x.dtype is dtype else x.astype(dtype)


def _as_floats(x, name):
    array = numbers(x, name)
    if array.dtype.type in FLOATS:
        return array
    return array.astype(np.float64 if array.dtype.char == "g" else np.float32)


def numbers(x, name="x"):
    """x as an array of real numbers, of any shape and type; TypeError for anything else."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            f"{name} expected an array without gaps, got a masked one. Fill them, or drop the rows."
        )
    array = as_array(x, name)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} expected an array of numbers, got {kind_of(x)}.")
    return array


def as_array(x, name="x"):
    """x as an array; TypeError when it cannot be one, say a list whose rows differ in length."""
    if hasattr(x, "zero_grad"):
        raise TypeError(
            f"{name} expected an array, got {kind_of(x)}. A Parameter holds its array in .data."
        )
    try:
        return np.asarray(x)
    except Exception as error:
        raise TypeError(f"{name} expected an array, got {kind_of(x)} ({error}).") from None


def float_type(dtype, name="dtype"):
    """np.float32 or np.float64 as a dtype; TypeError for others: gradients are fractions."""
    try:
        found = np.dtype(dtype)
    except Exception:
        found = None
    if dtype is None or found not in (np.float32, np.float64):
        raise TypeError(f"{name} expected np.float32 or np.float64, got {kind_of(dtype)}.")
    return found
