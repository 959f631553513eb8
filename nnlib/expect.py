"""What a function expects of its arguments, said once: TypeError or ValueError in a sentence."""

from operator import attrgetter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
ndarray = np.ndarray
FLOATS = np.float32, np.float64
REALS = int, float, np.integer, np.floating


def called(value):
    """A few words for a wrong value, as "a tuple", "an array of shape (3,) of dtype int64"."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} of dtype {value.dtype}"
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return repr(value) if len(repr(value)) < 60 else f"{repr(value)[:50]}..."
    name, home = type(value).__name__, type(value).__module__.split(".")[0]
    spelled = name[:2].isupper() and name[0] in "FHLMNRSX"  # an SGD, an MSELoss
    name = f"{'an' if name[0] in 'AEIOUaeiou' or spelled else 'a'} {name}"
    return f"{name} of PyTorch" if home == "torch" else name  # it has nnlib's names


def numbers(value, who):
    """`value` as an array of real numbers, any shape; TypeError when it is something else."""
    if type(value) is ndarray and value.dtype.kind in "biuf":
        return value  # as nearly always, and many times a second
    why = ""
    if hasattr(value, "numel") and hasattr(value, "zero_grad"):
        why = ": a Parameter has it in .data"
    elif isinstance(value, np.ma.MaskedArray):
        why = " with gaps: fill or drop them"
    array = None
    plain = isinstance(value, (list, tuple, range, int, float)) or hasattr(value, "__array__")
    if plain and not why:
        try:
            array = np.asarray(value)
        except Exception as error:  # rows of different lengths, a tensor that cannot be an array
            why = f": {error}"
    if array is None or array.dtype.kind not in "biuf":
        if array is not None and array.ndim and array is not value:  # an array says it itself
            why = f" of dtype {array.dtype}"
        raise TypeError(f"{who} expected an array of numbers, got {called(value)}{why}.")
    return array


def floats(value, who="x", dtype=None):
    """`value` as an array of floats, any shape: whole numbers, bools and float16 become float32.

    dtype: float32 or float64, or None to leave these two. TypeError for what is not numbers.
    """
    if type(value) is ndarray and value.dtype is dtype:
        return value  # as nearly always
    if type(value) is not ndarray or value.dtype.type not in FLOATS:
        value = numbers(value, who)
        if value.dtype.type not in FLOATS:  # longdouble is the only one that is larger
            value = value.astype(np.float64 if value.dtype.char == "g" else np.float32)
    return value if dtype is None or value.dtype is dtype else value.astype(dtype)


def float_type(value, who):
    """np.float32 or np.float64 as a dtype; TypeError for others: gradients are fractions."""
    try:
        found = np.dtype(value)
    except Exception:
        found = None
    if value is None or found not in FLOATS:
        raise TypeError(f"{who} expected np.float32 or np.float64, got {called(value)}.")
    return found


def listed(value, who):
    """`value` as a list; TypeError for text and for what has no items."""
    text = isinstance(value, (str, bytes, dict, type))
    if text or not hasattr(value, "__iter__") or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{who} expected a list, got {called(value)}.")
    return list(value)


def whole(value, who, least=1, hint="", most=2**63 - 1):
    """`value` as an int of at least `least`; TypeError for 2.0 or True, ValueError out of range."""
    hint = f" {hint}" if hint else ""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        hint = f" Write {int(value)}." if isinstance(value, float) and value.is_integer() else hint
        raise TypeError(f"{who} expected a whole number, got {called(value)}.{hint}")
    if value < least:
        raise ValueError(f"{who} expected {least} or more, got {value}.{hint}")
    if value > most:
        raise ValueError(f"{who} expected at most {most:,}, got one of {len(str(value))} digits.")
    return int(value)


def flag(value, who):
    """True or False; TypeError for anything else."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{who} expected True or False, got {called(value)}.")
    return bool(value)


def function(value, who):
    """`value`, which can be called and is no class; TypeError for anything else."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{who} expected a function, got {called(value)}.")
    return value


def number(value, who, least=-np.inf, most=np.inf, *, above=-np.inf, below=np.inf, hint=""):
    """`value` as a finite float in its limits; TypeError or ValueError otherwise.

    It is no NumPy scalar: one np.float64 makes a whole pass over float32 numbers slow.
    """
    hint = f" {hint}" if hint else ""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, REALS):
        raise TypeError(f"{who} expected a number, got {called(value)}.{hint}")
    value = value.item() if isinstance(value, np.generic) else value
    if not abs(value) < 1e300 or not (least <= value <= most and above < value < below):
        allowed = f"{least:g} or more" if most == np.inf else f"{least:g} ... {most:g}"
        allowed = "a finite number" if least == -np.inf else allowed
        allowed = f"a number above {above:g}" if above > -np.inf else allowed
        allowed += f" and below {below:g}" if below < np.inf else ""
        raise ValueError(f"{who} expected {allowed}, got {value}.{hint}")
    return value if type(value) is int else float(value)


def setting(name, check):
    """A property that goes through check(value) whenever it is set, not in __init__() alone."""

    def store(self, value):
        setattr(self, f"_{name}", check(value))

    return property(attrgetter(f"_{name}"), store)


def restore(file):
    """How a file of nnlib comes back; `file` as git names it, such as nnlib/weights/x.npz."""
    again = "get nnlib again from where you had it"
    return f"run git checkout -- {file}, or {again}." if (ROOT / ".git").exists() else f"{again}."
