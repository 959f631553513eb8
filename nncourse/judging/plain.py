"""What may come back from an answer: plain values, and Failures. The one definition of both.

A plain value is None, a bool, an int, a float, a str, an array of numbers, or a list, tuple or dict
of those. What an answer returns is brought into this form first, by check() and by the grader's
worker alike, so both judge the same thing. This file needs NumPy alone: the sandbox holds it.
"""

import numbers
import sys
from dataclasses import dataclass

import numpy as np

MAX_DEPTH = 16
MAX_ENTRIES = 200_000  # of lists, tuples and dicts together
MAX_BYTES = 32_000_000  # of arrays and texts together
MAX_DIGITS = 4_000  # of a whole number


class NotPlain(TypeError):
    """The message names what came, with its article: "a generator"."""


@dataclass(frozen=True)
class Failure:
    """Stands in a list of results for a call that gave none: Failure("ValueError", "...")."""

    kind: str  # the name of the exception's class, or "Timeout", "Crash", "Missing", "NotPlain"
    message: str = ""

    def __str__(self):
        return f"{self.kind}: {self.message}" if self.message else self.kind


def plain(value):
    """The value as plain Python and NumPy, arrays copied; NotPlain for anything else.

    A NumPy number becomes a Python number, a Parameter or a tensor an array, a Fraction a float, a
    subclass what it is a subclass of, an array of objects that are numbers one of numbers, an array
    of texts a list.
    """
    return _Budget().plain(value, MAX_DEPTH)


class _Budget:
    """One walk through a value; it counts entries and bytes, so that no value costs much."""

    def __init__(self):
        self.entries, self.bytes = MAX_ENTRIES, MAX_BYTES

    def plain(self, value, depth):
        kind = type(value)
        if depth == 0:
            raise NotPlain(f"lists inside lists, more than {MAX_DEPTH} deep")
        if value is None or kind in (bool, float):
            return value
        if isinstance(value, np.ndarray | np.generic):
            return self.array(value, depth)
        if isinstance(value, str):
            self.spend(len(value))
            return str.__str__(value)
        if isinstance(value, int):
            return self.integer(int(value))
        if isinstance(value, float):
            return float(value)
        if isinstance(value, list | tuple):
            self.count(len(value))
            entries = [self.plain(entry, depth - 1) for entry in value]
            return tuple(entries) if isinstance(value, tuple) else entries
        if isinstance(value, dict):
            self.count(len(value))
            return {self.key(key): self.plain(entry, depth - 1) for key, entry in value.items()}
        held = held_array(value)
        if held is not None:
            return self.array(held, depth)
        if isinstance(value, numbers.Real):  # a Fraction
            return float(value)
        raise NotPlain(with_article(kind.__name__))

    def array(self, value, depth):
        masked = sys.modules.get("numpy.ma")  # 40 ms to import, and nothing is masked without it
        if masked and isinstance(value, masked.MaskedArray) and masked.getmaskarray(value).any():
            raise NotPlain("an array with masked entries")
        array = np.asarray(value).view(np.ndarray)
        self.spend(array.nbytes)
        if array.dtype.kind == "U":  # an array of texts
            self.count(array.size)
            return array.tolist()
        if array.size == 0 and max(array.shape, default=0) > MAX_ENTRIES:
            raise NotPlain(f"an empty array of shape {array.shape}")
        if array.dtype.kind == "O":
            array = self.numbers_of(array, depth)
            if isinstance(array, list):
                return array
        if array.dtype.kind not in "biuf":
            raise NotPlain(f"an array of type {array.dtype.name}")
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        return array.item() if array.ndim == 0 else np.array(array)

    def numbers_of(self, array, depth):
        """An array of objects as one of numbers; as a list where there is text among them."""
        self.count(array.size)
        try:
            entries = [self.plain(entry, depth - 1) for entry in array.ravel().tolist()]
        except NotPlain as error:
            raise NotPlain(f"an array of objects, among them {error}") from None
        if array.ndim == 1 and any(isinstance(entry, str) for entry in entries):
            return entries
        if not all(isinstance(entry, bool | int | float) for entry in entries):
            raise NotPlain("an array of objects that are not all numbers")
        try:
            return np.array(entries).reshape(array.shape)
        except (OverflowError, ValueError):
            raise NotPlain("an array of objects that are not all numbers") from None

    def integer(self, value):
        if value.bit_length() > 3 * MAX_DIGITS:
            raise NotPlain(f"a whole number of more than {MAX_DIGITS:,} digits")
        return value

    def key(self, key):
        key = self.plain(key, 2)
        if isinstance(key, str | int | float | None):
            return key
        raise NotPlain("a dict whose keys are neither text nor numbers")

    def count(self, entries):
        self.entries -= entries
        if self.entries < 0:
            raise NotPlain(f"a value of more than {MAX_ENTRIES:,} entries")

    def spend(self, size):
        self.bytes -= size
        if self.bytes < 0:
            raise NotPlain(f"a value of more than {MAX_BYTES / 1e6:.0f} MB")


def held_array(value):
    """The array in a tensor, or in a Parameter of nnlib or of PyTorch; None for anything else."""
    kind = type(value)
    top = (kind.__module__ or "").split(".")[0]
    if top == "torch" and kind.__name__ in ("Tensor", "Parameter"):
        return value.detach().cpu().numpy()
    if top == "nnlib" and kind.__name__ == "Parameter":
        return np.asarray(value.data)
    return None


def with_article(noun):
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
