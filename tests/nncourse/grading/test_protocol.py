"""Plain values come through as they were; everything else, and every damage, is a ProtocolError."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncourse.grading import protocol
from nncourse.grading.protocol import DTYPES, ProtocolError, decode, encode, take_frames
from nnlib import nn

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.booleans()
LEAVES = NUMBERS | st.none() | st.text() | st.binary() | st.just(...)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_plain_values_come_through(value):
    assert decode(encode(value)) == value


@pytest.mark.parametrize("code", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 4), (2, 1, 2)])
def test_arrays_come_through(code, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(code)
    for sent in (array, np.asfortranarray(array), array.astype(array.dtype.newbyteorder(">"))):
        back = decode(encode(sent))
        assert type(back) is np.ndarray
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)


def test_scalars_keep_their_type():
    for value in (np.float32(0.1), np.int8(-3), np.bool_(True), np.float64(2)):
        back = decode(encode(value))
        assert type(back) is type(value)
        assert back == value
    assert math.isnan(decode(encode(math.nan)))


class Friendly(np.ndarray):
    def __eq__(self, other):
        return True

    def tobytes(self, *order):
        return b"forged"

    @property
    def shape(self):
        return (1000,)


class Number(float):
    def __float__(self):
        return 6.0


class Text(str):
    def encode(self, *how):
        return b"forged"


class Many(list):
    def __len__(self):
        return 10**6

    def __iter__(self):
        return iter("forged")


def test_a_subclass_arrives_as_what_it_is_a_subclass_of():
    back = decode(encode(np.array([1.0, 2.0]).view(Friendly)))
    assert type(back) is np.ndarray
    assert back.tolist() == [1.0, 2.0]
    assert decode(encode([Number(2), Text("two"), Many([3])])) == [2.0, "two", [3]]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({1, 2}, "a set"),
        ((n for n in ()), "a generator"),
        (object(), "an object"),
        (np.array([None]), "type object"),
        (np.array(["text"]), "type str"),
        (np.zeros(2, "datetime64[s]"), "datetime64"),
        (len, "builtin_function_or_method"),
        (np.zeros(protocol.MAX_BYTES), "at most"),
    ],
)
def test_what_is_not_plain_is_refused_by_name(value, says):
    with pytest.raises(ProtocolError, match=says):
        encode(value)


def test_a_list_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(ProtocolError, match="deep"):
        encode(endless)


def test_functions_go_to_the_worker_by_name_and_never_come_back():
    sent = encode((np.tanh, nn.Linear, math.sqrt), functions=True)
    assert decode(sent, functions=True) == (np.tanh, nn.Linear, math.sqrt)
    with pytest.raises(ProtocolError, match="unknown tag"):
        decode(sent)
    with pytest.raises(ProtocolError, match="cannot be imported"):
        encode((lambda x: x,), functions=True)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_an_error(data):
    try:
        decode(data)
    except ProtocolError:
        return


@given(VALUES, st.data())
def test_damaged_bytes_are_a_value_or_an_error(value, data):
    damaged = bytearray(encode(value))
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(damaged))
    except ProtocolError:
        return


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps([1, 2]),
        b"l" + b"\xff\xff\xff\x7f",  # a list of two thousand million entries
        b"l\x01\0\0\0" * 100 + b"N",  # a hundred lists inside one another
        b"a\x0b\x02" + (0).to_bytes(8, "little") + (2**63).to_bytes(8, "little"),
        b"a\x0b\x01" + (2**40).to_bytes(8, "little"),  # an array of a terabyte
        b"a\x0b\x02" + (20_000_000).to_bytes(8, "little") + (0).to_bytes(8, "little"),  # empty
        b"a\x0b\x03" + (1000).to_bytes(8, "little") * 2 + (0).to_bytes(8, "little"),
        b"I" + (1_000_000).to_bytes(4, "little") + b"7" * 1_000_000,  # two million digits
        b"m\x01\0\0\0l\0\0\0\0N",  # a list as a key
        encode(1) + b"N",
        b"",
    ],
)
def test_hostile_bytes_are_an_error_at_once(data):
    with pytest.raises(ProtocolError):
        decode(data)


def test_a_list_beyond_the_budget_and_a_frame_beyond_all_bytes_are_errors():
    many = encode([[1]] * 90_000)
    assert len(decode(many)) == 90_000
    with pytest.raises(ProtocolError, match="items"):
        decode(b"t" + (3).to_bytes(4, "little") + many * 3)
    with pytest.raises(ProtocolError, match="too large"):
        list(take_frames(bytearray((2**31).to_bytes(4, "little") + b"x")))


def test_true_is_one_whatever_byte_it_was():
    array = bytearray(encode(np.array([True, False])))
    array[-2] = 7
    np.testing.assert_array_equal(decode(bytes(array)).view("u1"), [1, 0])


def test_frames_are_taken_when_they_are_complete():
    data = b"".join(len(d).to_bytes(4, "little") + d for d in (encode(("a", 1)), encode(("b",))))
    buffer, frames = bytearray(), []
    for byte in data:
        buffer.append(byte)
        frames += take_frames(buffer)
    assert frames == [("a", 1), ("b",)]
    assert not buffer
