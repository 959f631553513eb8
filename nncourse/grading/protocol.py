"""Plain values as bytes: the only language that grader and worker speak, in both directions.

One tag byte and then the value; numbers are little-endian. None, ..., bool, int, float, str,
bytes, list, tuple and dict go through, and NumPy arrays and scalars whose type stands in DTYPES.
Nothing else does, and there is no pickle: what decode() returns holds no object that the sender
could have written a method for. decode() works within a budget of bytes, items and depth.

The worker runs this file beside code that may have replaced builtins, so it keeps its own.
"""

import builtins
import importlib
import struct

import numpy as np

globals().update({name: value for name, value in vars(builtins).items() if name[0] != "_"})

DTYPES = tuple("?bBhHiIqQefdFD")  # by NumPy's one-letter codes: bool, integers, floats, complex
CONSTANTS = {b"N": None, b"T": True, b"F": False, b"E": Ellipsis}
MAX_BYTES = 32_000_000
MAX_ITEMS = 200_000
MAX_DEPTH = 16
MAX_INTEGER = 2_000  # bytes
MAX_SIDE = MAX_BYTES  # of an array: no more than its bytes

pack, unpack_from, calcsize = struct.pack, struct.unpack_from, struct.calcsize
ndarray, generic, dtype, frombuffer = np.ndarray, np.generic, np.dtype, np.frombuffer
view, tobytes, item_bytes = np.ndarray.view, np.ndarray.tobytes, np.generic.tobytes
array_dtype, array_shape = np.ndarray.dtype.__get__, np.ndarray.shape.__get__
array_size, scalar_dtype = np.ndarray.nbytes.__get__, np.generic.dtype.__get__


class ProtocolError(ValueError):
    """A value that may not be sent, or bytes that are no value."""


def encode(value, functions=False):
    """The bytes of a plain value; ProtocolError names a type that is not one, or is too large.

    A subclass is sent as what it is a subclass of: an ndarray that claims to equal everything
    arrives as its numbers. functions=True also sends functions, by the name they are imported by.
    """
    parts = []
    put(value, parts.append, functions, MAX_DEPTH)
    total = sum(len(part) for part in parts)
    if total > MAX_BYTES:
        raise ProtocolError(f"{total:,} bytes, at most {MAX_BYTES:,} are taken")
    return b"".join(parts)


def put(value, write, functions, depth):
    kind = type(value)
    if depth == 0:
        raise ProtocolError(f"lists inside lists, more than {MAX_DEPTH} deep")
    if value is None:
        write(b"N")
    elif kind is bool:
        write(b"T" if value else b"F")
    elif value is Ellipsis:
        write(b"E")
    elif issubclass(kind, ndarray):
        put_array(view(value, ndarray), write)
    elif issubclass(kind, generic):
        code = scalar_dtype(value).char
        write(b"g" + pack("<B", index_of(code)) + item_bytes(value))
    elif issubclass(kind, int):
        number = int.__index__(value)
        if -(2**63) <= number < 2**63:
            write(b"i" + pack("<q", number))
        else:
            size = int.bit_length(number) // 8 + 1
            if size > MAX_INTEGER:
                raise ProtocolError("an integer of too many digits")
            write(b"I" + pack("<I", size) + int.to_bytes(number, size, "little", signed=True))
    elif issubclass(kind, float):
        write(b"d" + pack("<d", float.__pos__(value)))
    elif issubclass(kind, str):
        text = str.encode(value, "utf-8", "replace")
        write(b"s" + pack("<I", len(text)) + text)
    elif kind is bytes:
        write(b"b" + pack("<I", len(value)) + value)
    elif issubclass(kind, (list, tuple)):
        base = list if issubclass(kind, list) else tuple
        write((b"l" if base is list else b"t") + pack("<I", base.__len__(value)))
        for entry in base.__iter__(value):
            put(entry, write, functions, depth - 1)
    elif issubclass(kind, dict):
        write(b"m" + pack("<I", dict.__len__(value)))
        for key, entry in dict.items(value):
            put(key, write, functions, depth - 1)
            put(entry, write, functions, depth - 1)
    elif functions and callable(value):
        put_function(value, write)
    elif kind.__module__ == "torch" and kind.__name__ in ("Tensor", "Parameter"):
        put_array(value.detach().cpu().numpy(), write)
    else:
        raise ProtocolError(with_article(kind.__name__))


def with_article(noun):
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def put_array(array, write):
    if array_size(array) > MAX_BYTES:
        raise ProtocolError(f"an array of {array_size(array):,} bytes, at most {MAX_BYTES:,}")
    shape = array_shape(array)
    head = pack("<BB", index_of(array_dtype(array).char), len(shape))
    little = array.astype(array_dtype(array).newbyteorder("<"), copy=False)
    write(b"a" + head + pack(f"<{len(shape)}Q", *shape) + tobytes(little, "C"))


def put_function(function, write):
    # the ufuncs of NumPy 2.0 know their __name__ alone
    module = getattr(function, "__module__", "numpy")
    name = f"{module}:{getattr(function, '__qualname__', function.__name__)}"
    if find_function(name) is not function:
        raise ProtocolError(f"a function that cannot be imported as {name}")
    text = name.encode()
    write(b"f" + pack("<I", len(text)) + text)


def index_of(code):
    code = {"l": "q", "L": "Q"}.get(code, code)  # C long: 8 bytes wherever bubblewrap runs
    if code not in DTYPES:
        raise ProtocolError(f"an array of type {dtype(code).name}")
    return DTYPES.index(code)


def decode(data, functions=False):
    """The value that encode() made these bytes from; anything else is a ProtocolError."""
    if len(data) > MAX_BYTES:
        raise ProtocolError(f"{len(data):,} bytes, at most {MAX_BYTES:,} are taken")
    reader = Reader(data, functions)
    value = reader.value(MAX_DEPTH)
    if reader.at != len(data):
        raise ProtocolError("bytes are left over")
    return value


class Reader:
    """Reads one value after the other from bytes that nobody vouches for."""

    def __init__(self, data, functions):
        self.data, self.functions = data, functions
        self.at = self.items = 0

    def take(self, size):
        self.at += size
        if size < 0 or self.at > len(self.data):
            raise ProtocolError("the bytes end too early")
        return self.data[self.at - size : self.at]

    def number(self, form):
        return unpack_from(form, self.take(calcsize(form)))[0]

    def count(self):
        count = self.number("<I")
        self.items += count
        if self.items > MAX_ITEMS:
            raise ProtocolError(f"more than {MAX_ITEMS:,} items")
        return count

    def text(self):
        try:
            return self.take(self.number("<I")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ProtocolError("text that is not UTF-8") from error

    def long(self):
        size = self.number("<I")
        if size > MAX_INTEGER:
            raise ProtocolError("an integer of too many digits")
        return int.from_bytes(self.take(size), "little", signed=True)

    def value(self, depth):
        if depth == 0:
            raise ProtocolError("too deep")
        tag = self.take(1)
        if tag in CONSTANTS:
            return CONSTANTS[tag]
        if tag == b"i":
            return self.number("<q")
        if tag == b"I":
            return self.long()
        if tag == b"d":
            return self.number("<d")
        if tag == b"s":
            return self.text()
        if tag == b"b":
            return self.take(self.number("<I"))
        if tag in (b"l", b"t"):
            entries = [self.value(depth - 1) for _ in range(self.count())]
            return entries if tag == b"l" else tuple(entries)
        if tag == b"m":
            return dict(self.pair(depth) for _ in range(self.count()))
        if tag in (b"a", b"g"):
            return self.array() if tag == b"a" else self.scalar()
        if tag == b"f" and self.functions:
            return find_function(self.text())
        raise ProtocolError(f"the unknown tag {tag!r}")

    def pair(self, depth):
        key = self.value(depth - 1)
        if not isinstance(key, (str, int, float, type(None), generic)):
            raise ProtocolError("a dict key that is neither text nor number")
        return key, self.value(depth - 1)

    def dtype(self):
        index = self.number("<B")
        if index >= len(DTYPES):
            raise ProtocolError("an unknown type of array")
        return dtype("<" + DTYPES[index])

    def array(self):
        kind = self.dtype()
        dimensions = self.number("<B")
        if dimensions > 32:
            raise ProtocolError("an array of more than 32 dimensions")
        shape = [self.number("<Q") for _ in range(dimensions)]
        size = sides = 1
        for length in shape:
            size, sides = size * length, sides * max(length, 1)
        if size * kind.itemsize > len(self.data) or max(shape, default=0) > MAX_SIDE:
            raise ProtocolError("an array larger than its bytes")
        if size == 0 and sides > MAX_ITEMS:
            raise ProtocolError("an empty array with sides too large")
        data = frombuffer(self.take(size * kind.itemsize), "u1" if kind.char == "?" else kind)
        try:
            return (data != 0 if kind.char == "?" else data.copy()).reshape(shape)
        except ValueError as error:
            raise ProtocolError("an array of an impossible shape") from error

    def scalar(self):
        kind = self.dtype()
        return frombuffer(self.take(kind.itemsize), kind)[0]


def take_frames(buffer, first=str):
    """Remove the complete frames from the front of the buffer: tuples that start with `first`."""
    while len(buffer) >= 4:
        (size,) = unpack_from("<I", buffer)
        if size > MAX_BYTES:
            raise ProtocolError("a frame that is too large")
        if len(buffer) < 4 + size:
            return
        frame = decode(bytes(buffer[4 : 4 + size]))
        del buffer[: 4 + size]
        if not (isinstance(frame, tuple) and frame and isinstance(frame[0], first)):
            raise ProtocolError("no frame")
        yield frame


def find_function(name):
    """numpy:tanh, nnlib.nn.functional:softmax: what a case may hand to the learner's function."""
    module, _, path = name.partition(":")
    try:
        found = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise ProtocolError(f"a function that cannot be imported as {name}") from error
    return found
