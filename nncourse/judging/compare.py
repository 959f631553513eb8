"""What differs between two plain values, in words; nothing here calls a method of an answer."""

import math

import numpy as np

from nncourse.judging.plain import NotPlain, plain, with_article

MAX_SHOWN = 60  # characters of a value in a sentence
MAX_DIGITS_SHOWN = 40  # of a whole number
RESULT = "The result"
SINGLE = 1e-4  # relative tolerance of numbers that were computed in float32
HALF = 1e-2  # and in float16
FACTORS = (2, 3, 4, 5, 6, 8, 10, 100, 1000)


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
    if isinstance(value, int) and value.bit_length() > 3 * MAX_DIGITS_SHOWN:
        return f"a whole number of about {int(value.bit_length() * 0.30103):,} digits"
    if isinstance(value, bool | int | str | None):
        return repr(value)
    if isinstance(value, float):
        return number_text(value, digits)
    if isinstance(value, np.ndarray):
        if value.size > 50:
            return "." * (MAX_SHOWN * 10)
        return f"np.array({full_text(value.tolist(), digits)})"
    if isinstance(value, list | tuple | dict) and len(value) > 200:
        return "." * (MAX_SHOWN * 10)
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


def compare(result, expected, rtol=1e-6, atol=1e-8, rules=True, remarks=True):
    """None when both are equal within the tolerance, else a sentence on the first difference.

    Right are also: a list for a tuple or for an array, an int for a float, True for 1. Not right:
    [3] for 3, 1 for True. NaN equals NaN. Numbers that were computed in float32 or float16
    have the tolerance of their precision. rules=False leaves out "2 times too large" and the like,
    remarks=False also "rows and columns are swapped": they only hold if they do so in every case.
    """
    try:
        result = plain(result)
    except NotPlain as error:
        return f"The result is {error}, and {kind_of(expected)} was expected."
    return Comparison(rtol, atol, rules, remarks).difference(result, plain(expected), "")


def precision(result):
    """The relative tolerance that the numbers of a result deserve; 0 for those of float64.

    An array says in what precision it was computed. A float, or an array that was converted, shows
    it: every one of its numbers survives the way through float32, and not all are whole.
    """
    if isinstance(result, list | tuple):
        return max(map(precision, result), default=0.0)
    if isinstance(result, dict):
        return max(map(precision, result.values()), default=0.0)
    if not isinstance(result, np.ndarray | float):
        return 0.0
    array = np.asarray(result)
    if array.dtype.kind != "f" or not array.size:
        return 0.0
    if array.dtype.itemsize < 8:
        return HALF if array.dtype.itemsize == 2 else SINGLE
    with np.errstate(over="ignore", invalid="ignore"):
        if np.float32(array.flat[0]) != array.flat[0] and np.isfinite(array.flat[0]):
            return 0.0  # as nearly always; what follows asks all the numbers
        finite = array[np.isfinite(array)]
        if not finite.size or np.all(finite == np.round(finite)):
            return 0.0
        return SINGLE if np.all(finite.astype(np.float32) == finite) else 0.0


class Comparison:
    """Compares plain values with one tolerance; place says where inside the whole result."""

    def __init__(self, rtol, atol, rules=True, remarks=True):
        self.rtol, self.atol = rtol, atol
        self.rules, self.remarks = rules and remarks, remarks

    def close(self, result, expected):
        """|result - expected| <= atol + rtol |expected| for each number; NaN equals NaN.

        In float32 the errors of a sum follow its largest terms, so the largest number counts too.
        """
        close = self.within(result, expected, self.rtol, self.atol)
        if np.all(close) or isinstance(expected, int) or is_whole_array(expected):
            return close
        single = precision(result)
        if not single:
            return close
        sizes = np.abs(np.asarray(expected, float))
        finite = sizes[np.isfinite(sizes)]
        atol = max(self.atol, single * finite.max(initial=0.0))
        return self.within(result, expected, max(self.rtol, single), atol)

    def within(self, result, expected, rtol, atol):
        try:
            return np.isclose(result, expected, rtol=rtol, atol=atol, equal_nan=True)
        except (TypeError, OverflowError):  # an int of more than 64 bits
            return result == expected

    def difference(self, result, expected, place):
        """None, or a sentence; place is "" for the whole, or "Entry 1", "The entry 'loss'"."""
        subject = place or RESULT
        if isinstance(expected, bool | str | None):
            return exact_difference(result, expected, subject)
        if isinstance(expected, int | float):
            return self.number_difference(result, expected, subject)
        if isinstance(expected, np.ndarray):
            return self.array_difference(result, expected, subject)
        if isinstance(expected, dict):
            return self.dict_difference(result, expected, place)
        return self.list_difference(result, expected, place)

    def number_difference(self, result, expected, subject):
        if isinstance(result, np.ndarray) and result.size == 1:
            return (
                f"{subject} is an array of shape {result.shape}, and a single number was expected."
            )
        if not isinstance(result, int | float):
            return wrong_kind(result, expected, subject)
        if self.close(result, expected):
            return None
        return f"{subject} is {pair(result, expected)}{self.rule(result, expected)}."

    def array_difference(self, result, expected, subject):
        result = as_array(result)
        if not isinstance(result, np.ndarray):
            return not_an_array(result, expected, subject)
        if result.shape != expected.shape:
            text = f"{subject} has the shape {result.shape}, expected {expected.shape}"
            return f"{text}{self.remark_on_shape(result, expected)}."
        if expected.dtype.kind == "b" and result.dtype.kind != "b":
            return f"{subject} is an array of numbers, and one of True and False was expected."
        wrong = ~self.close(result, expected)
        if not wrong.any():
            return None
        if self.remarks and expected.ndim == 2 and self.transposed(result, expected):
            return f"{subject} is transposed: rows and columns are swapped."
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = ", ".join(map(str, index))
        text = f"{'The' if subject == RESULT else subject + ': the'} number at [{where}] is "
        text += pair(result[index].item(), expected[index].item())
        rule = self.rule(result, expected)
        if self.rules and not rule and wrong.sum() == 1 and wrong.size > 1:
            rule = "; all the others are right"
        return text + rule + "."

    def remark_on_shape(self, result, expected):
        if not self.remarks:
            return ""
        if self.transposed(result, expected):
            return ": rows and columns are swapped"
        if result.size == expected.size and np.all(self.close(result.ravel(), expected.ravel())):
            return ": the numbers are right, in another shape"
        return ""

    def transposed(self, result, expected):
        return result.T.shape == expected.shape and bool(np.all(self.close(result.T, expected)))

    def list_difference(self, result, expected, place):
        subject = place or RESULT
        if isinstance(result, np.ndarray):
            if len(result) != len(expected):
                return wrong_kind(result, expected, subject)
            result = [plain(entry) for entry in result]
        if not isinstance(result, list | tuple):
            return wrong_kind(result, expected, subject)
        if len(result) != len(expected):
            found = count(len(result), "entry", "entries")
            return f"{subject} has {found}, expected {len(expected)}."
        for number, (mine, right) in enumerate(zip(result, expected, strict=True)):
            inside = f"{place}, entry {number}" if place else f"Entry {number}"
            found = self.difference(mine, right, inside)
            if found:
                return found
        return None

    def dict_difference(self, result, expected, place):
        subject = place or RESULT
        if not isinstance(result, dict):
            return wrong_kind(result, expected, subject)
        missing = [key for key in expected if key not in result]
        if missing:
            return f"{subject} has no entry {missing[0]!r}."
        extra = [key for key in result if key not in expected]
        if extra:
            return f"{subject} has the entry {show(extra[0])}, which was not expected."
        for key, right in expected.items():
            inside = f"{place}, entry {key!r}" if place else f"The entry {key!r}"
            found = self.difference(result[key], right, inside)
            if found:
                return found
        return None

    def rule(self, result, expected):
        """ ": the sign is wrong" and the like: one rule that leads from all of expected to result.

        A count or an index is not a quantity: "2 times too large" says nothing about a row number.
        """
        try:
            numbers, right = np.asarray(result, float), np.asarray(expected, float)
        except OverflowError:
            return ""
        if not np.isfinite(right).all():
            return ""
        if np.isnan(numbers).any():
            return (
                ": NaN means that something undefined was computed, like 0/0 or log of a negative"
            )
        if np.isinf(numbers).any():
            return ": inf means that a number grew too large, or that something was divided by 0"
        if self.remarks and self.same(numbers, right, 2e-4):
            return ": nearly right, so look for a rounding, or for float16 or float32"
        whole = isinstance(expected, int) or is_whole_array(expected)
        if not self.rules or whole or not np.any(right) or not np.any(numbers):
            return ""
        with np.errstate(over="ignore"):  # ten times the largest number there is
            return self.factor(numbers, right) or self.shift(numbers, right)

    def factor(self, numbers, right):
        subject = "every number is" if right.size > 1 else "it is"
        if self.same(numbers, -right):
            return ": the sign is wrong"
        for times in FACTORS:
            if self.same(numbers, times * right):
                return f": {subject} {times} times too large"
            if self.same(times * numbers, right):
                return f": {subject} {times} times too small"
        return ""

    def shift(self, numbers, right):
        if right.size == 1:
            return ": it is 1 minus what it should be" if self.same(numbers, 1 - right) else ""
        offset = numbers.ravel()[0] - right.ravel()[0]
        if abs(offset) > self.atol and self.same(numbers, right + offset):
            return (
                f": every number is too {'large' if offset > 0 else 'small'} by {abs(offset):.4g}"
            )
        return ""

    def same(self, numbers, others, rtol=1e-5):
        rtol = max(self.rtol, rtol)
        number, other = numbers.flat[0].item(), others.flat[0].item()
        if abs(number - other) > self.atol + rtol * abs(other):
            return False  # as nearly always; all the numbers would cost a hundred times as much
        return np.isclose(numbers, others, rtol=rtol, atol=self.atol).all()


def as_array(value):
    """A list of numbers, or of equally long lists of numbers, as an array; else what came."""
    if not isinstance(value, list | tuple):
        return value
    try:
        array = np.array(value)
    except (OverflowError, ValueError):  # lists of several lengths
        return value
    return array if array.dtype.kind in "biuf" else value


def has_list_for_array(result, expected):
    """Whether a list stands where an array was expected, anywhere in a right result."""
    if isinstance(expected, np.ndarray):
        return isinstance(result, list | tuple)
    if isinstance(expected, list | tuple) and isinstance(result, list | tuple):
        return any(map(has_list_for_array, result, expected))
    if isinstance(expected, dict) and isinstance(result, dict):
        return any(has_list_for_array(result.get(key), entry) for key, entry in expected.items())
    return False


def is_whole_array(value):
    return isinstance(value, np.ndarray) and value.dtype.kind in "biu"


def exact_difference(result, expected, subject):
    if type(result) is type(expected) and result == expected:
        return None
    if type(result) is not type(expected):
        return wrong_kind(result, expected, subject)
    return f"{subject} is {show(result)}, expected {show(expected)}."


def wrong_kind(result, expected, subject):
    if result is None:
        return f"{subject} is None, and {kind_of(expected)} was expected."
    return f"{subject} is {kind_of(result)}, and {kind_of(expected)} was expected."


def not_an_array(result, expected, subject):
    wanted = f"an array of shape {expected.shape} was expected"
    if isinstance(result, list | tuple):
        kind = with_article(type(result).__name__)
        if any(isinstance(entry, list | tuple | np.ndarray) for entry in result):
            found = count(len(result), "entry", "entries")
            return f"{subject} is {kind} of {found}, and {wanted}."
        return f"{subject} is {kind}, and {wanted}: np.array(...) makes one."
    if isinstance(result, int | float) and not isinstance(result, bool):
        return f"{subject} is a single number, {show(result)}, and {wanted}."
    return wrong_kind(result, expected, subject)


def pair(result, expected):
    """Both numbers, with as many digits as it takes to see that they differ."""
    for digits in (4, 6, 9, 12, 17):
        texts = show(result, digits), show(expected, digits)
        if texts[0] != texts[1]:
            break
    return f"{texts[0]}, expected {texts[1]}"


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
