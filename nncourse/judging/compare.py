"""Plain values, and what differs between two of them, in words.

A plain value is None, a bool, an int, a float, a str, an array of numbers, or a list, tuple or dict
of those. What an answer returns is brought into this form first; nothing here calls a method of it.
"""

import math

import numpy as np

MAX_DEPTH = 16
MAX_SHOWN = 60  # characters of a value in a sentence
RESULT = "The result"


class NotPlain(TypeError):
    """The message names what came, with its article: "a generator"."""


def plain(value, depth=MAX_DEPTH):
    """The value as plain Python and NumPy, arrays copied; NotPlain for anything else.

    A NumPy number becomes a Python number, a tensor an array, a subclass what it is a subclass of.
    """
    kind = type(value)
    if depth == 0:
        raise NotPlain(f"lists inside lists, more than {MAX_DEPTH} deep")
    if value is None or kind in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value, subok=False)
        if array.dtype.kind not in "biuf":
            raise NotPlain(f"an array of type {array.dtype.name}")
        return array.item() if array.ndim == 0 else array
    if kind.__module__.split(".")[0] == "torch" and kind.__name__ in ("Tensor", "Parameter"):
        return plain(value.detach().cpu().numpy(), depth)
    if isinstance(value, list | tuple):
        entries = [plain(entry, depth - 1) for entry in value]
        return tuple(entries) if isinstance(value, tuple) else entries
    if isinstance(value, dict):
        return {plain_key(key): plain(entry, depth - 1) for key, entry in value.items()}
    for base in (str, int, float):
        if isinstance(value, base):
            return base(value)
    raise NotPlain(with_article(kind.__name__))


def plain_key(key):
    key = plain(key)
    if isinstance(key, str | int | float | None):
        return key
    raise NotPlain("a dict whose keys are neither text nor numbers")


def show(value, digits=4, limit=MAX_SHOWN):
    """A plain value as short text in one line; what is too long, by its shape or length."""
    text = full_text(value, digits)
    if len(text) <= limit:
        return text
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple | dict):
        return f"{with_article(type(value).__name__)} of {count(len(value), 'entry', 'entries')}"
    return text[: limit - 1] + "…"


def full_text(value, digits):
    if isinstance(value, bool | int | str | None):
        return repr(value)
    if isinstance(value, float):
        return number_text(value, digits)
    if isinstance(value, np.ndarray):
        if value.size > 50:
            return "." * (MAX_SHOWN * 10)
        return f"np.array({full_text(value.tolist(), digits)})"
    if isinstance(value, dict):
        pairs = [f"{key!r}: {full_text(entry, digits)}" for key, entry in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        inner = ", ".join(full_text(entry, digits) for entry in value)
        if isinstance(value, tuple):
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return f"[{inner}]"
    return function_text(value) if callable(value) else repr(value)


def function_text(function):
    """np.linalg.norm, as one writes it after `import numpy as np`, and not the bare norm."""
    name = getattr(function, "__qualname__", getattr(function, "__name__", None))
    if name is None:
        return repr(function)
    module = (module_of(function) or "__main__").split(".")
    if module[0] in ("__main__", "builtins"):
        return name
    return ".".join(["np" if module[0] == "numpy" else module[0], *module[1:], name])


def module_of(function):
    """The module to import it from, or None; the ufuncs of NumPy 2.0 do not say theirs."""
    return getattr(function, "__module__", "numpy" if isinstance(function, np.ufunc) else None)


def number_text(value, digits):
    text = f"{value:.{digits}g}"
    if not math.isfinite(value) or "." in text or "e" in text:
        return text
    return text + ".0" if float(text) == value else f"{value:.{digits + 3}g}"


def compare(result, expected, rtol=1e-6, atol=1e-8):
    """None when both are equal within the tolerance, else a sentence on the first difference.

    Right are also: a list for a tuple, an int for a float, True for 1, float32 for float64. Not
    right: a list for an array, [3] for 3, 1 for True. NaN equals NaN.
    """
    try:
        result = plain(result)
    except NotPlain as error:
        return f"The result is {error}, and {kind_of(expected)} was expected."
    return difference(result, plain(expected), rtol, atol, "")


def difference(result, expected, rtol, atol, place):
    """place says where inside the whole result this is: "", or "Entry 1", "The entry 'loss'"."""
    subject = place or RESULT
    if isinstance(expected, bool | str | None):
        return exact_difference(result, expected, subject)
    if isinstance(expected, int | float):
        return number_difference(result, expected, rtol, atol, subject)
    if isinstance(expected, np.ndarray):
        return array_difference(result, expected, rtol, atol, subject)
    if isinstance(expected, dict):
        return dict_difference(result, expected, rtol, atol, place)
    return list_difference(result, expected, rtol, atol, place)


def exact_difference(result, expected, subject):
    if type(result) is type(expected) and result == expected:
        return None
    if type(result) is not type(expected):
        return wrong_kind(result, expected, subject)
    return f"{subject} is {show(result)}, expected {show(expected)}."


def wrong_kind(result, expected, subject):
    if result is None:
        return f"{subject} is None: is a `return` missing? Expected {kind_of(expected)}."
    return f"{subject} is {kind_of(result)}, and {kind_of(expected)} was expected."


def number_difference(result, expected, rtol, atol, subject):
    if isinstance(result, np.ndarray | list | tuple):
        if isinstance(result, np.ndarray) and result.size == 1:
            return (
                f"{subject} is an array of shape {result.shape}, and a single number was expected."
            )
        return wrong_kind(result, expected, subject)
    if not isinstance(result, int | float):
        return wrong_kind(result, expected, subject)
    if close(result, expected, rtol, atol):
        return None
    return f"{subject} is {pair(result, expected)}{pattern(result, expected, rtol, atol)}."


def pair(result, expected):
    """Both numbers, with as many digits as it takes to see that they differ."""
    for digits in (4, 6, 9, 12, 17):
        texts = show(result, digits), show(expected, digits)
        if texts[0] != texts[1]:
            break
    return f"{texts[0]}, expected {texts[1]}"


def close(result, expected, rtol, atol):
    """|result - expected| <= atol + rtol |expected| for each number; NaN equals NaN."""
    try:
        return np.isclose(result, expected, rtol=rtol, atol=atol, equal_nan=True)
    except (TypeError, OverflowError):  # an int of more than 64 bits
        return result == expected


def pattern(result, expected, rtol, atol):
    """ ": the sign is wrong" and the like: one rule that leads from all of expected to result."""
    try:
        result, expected = np.asarray(result, float), np.asarray(expected, float)
    except OverflowError:
        return ""
    if not np.isfinite(expected).all():
        return ""
    if np.isnan(result).any():
        return ": NaN means that something undefined was computed, like 0/0 or log of a negative"
    if np.isinf(result).any():
        return ": inf means that a number grew too large, or that something was divided by 0"
    if not np.any(expected):
        return ""
    loose = max(rtol, 1e-5)

    def same(other):
        return np.isclose(result, other, rtol=loose, atol=atol).all()

    if np.isclose(result, expected, rtol=10 * loose, atol=10 * atol).all():
        return ""  # nearly right: a factor of 1.00001 would explain nothing
    if same(-expected):
        return ": the sign is wrong"
    if not np.any(result):
        return ""
    at = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)
    factor = result[at] / expected[at]
    if expected.size > 1:
        if same(factor * expected):
            return f": every number is {factor:.4g} times what it should be"
        offset = result[at] - expected[at]
        if abs(offset) > atol and same(expected + offset):
            return (
                f": every number is too {'large' if offset > 0 else 'small'} by {abs(offset):.4g}"
            )
        return ""
    for times in (2, 3, 4, 5, 10, 100, 1000):
        if same(times * expected):
            return f": it is {times} times too large"
        if same(expected / times):
            return f": it is {times} times too small"
    if abs(expected) > atol and same(1 - expected):
        return ": it is 1 minus what it should be"
    return ""


def array_difference(result, expected, rtol, atol, subject):
    if isinstance(result, list | tuple):
        return (
            f"{subject} is {with_article(type(result).__name__)}, and an array of shape "
            f"{expected.shape} was expected: np.array(...) makes one."
        )
    if not isinstance(result, np.ndarray):
        return (
            wrong_kind(result, expected, subject)
            if not isinstance(result, bool | int | float)
            else f"{subject} is a single number, {show(result)}, and an array of shape "
            f"{expected.shape} was expected."
        )
    if result.shape != expected.shape:
        text = f"{subject} has the shape {result.shape}, expected {expected.shape}"
        if transposed(result, expected, rtol, atol):
            return text + ": the numbers are right, but rows and columns are swapped (transposed)."
        if (
            result.size == expected.size
            and close(result.ravel(), expected.ravel(), rtol, atol).all()
        ):
            return text + ": the numbers are right, in another shape."
        return text + "."
    if expected.dtype.kind == "b" and result.dtype.kind != "b":
        return f"{subject} is an array of numbers, and one of True and False was expected."
    wrong = ~close(result, expected, rtol, atol)
    if not wrong.any():
        return None
    if expected.ndim == 2 and np.all(transposed(result, expected, rtol, atol)):
        return f"{subject} is transposed: rows and columns are swapped."
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = ", ".join(map(str, index))
    text = f"{'The' if subject == RESULT else subject + ': the'} number at [{where}] is "
    text += pair(result[index].item(), expected[index].item())
    rule = pattern(result, expected, rtol, atol)
    if not rule and wrong.sum() == 1 and wrong.size > 1:
        rule = "; all the others are right"
    return text + rule + "."


def transposed(result, expected, rtol, atol):
    return result.T.shape == expected.shape and close(result.T, expected, rtol, atol).all()


def list_difference(result, expected, rtol, atol, place):
    subject = place or RESULT
    if isinstance(result, np.ndarray):
        result = [plain(entry) for entry in result]
    if not isinstance(result, list | tuple):
        return wrong_kind(result, expected, subject)
    if len(result) != len(expected):
        found = count(len(result), "entry", "entries")
        return f"{subject} has {found}, expected {len(expected)}."
    for number, (mine, right) in enumerate(zip(result, expected, strict=True)):
        inside = f"{place}, entry {number}" if place else f"Entry {number}"
        found = difference(mine, right, rtol, atol, inside)
        if found:
            return found
    return None


def dict_difference(result, expected, rtol, atol, place):
    subject = place or RESULT
    if not isinstance(result, dict):
        return wrong_kind(result, expected, subject)
    missing = [key for key in expected if key not in result]
    if missing:
        return f"{subject} has no entry {missing[0]!r}."
    extra = [key for key in result if key not in expected]
    if extra:
        return f"{subject} has the entry {extra[0]!r}, which was not expected."
    for key, right in expected.items():
        inside = f"{place}, entry {key!r}" if place else f"The entry {key!r}"
        found = difference(result[key], right, rtol, atol, inside)
        if found:
            return found
    return None


def kind_of(value):
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple | dict):
        return f"{with_article(type(value).__name__)} of {count(len(value), 'entry', 'entries')}"
    return repr(value)


def count(number, one, many):
    return f"{number} {one if number == 1 else many}"


def with_article(noun):
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
