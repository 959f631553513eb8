"""MNIST, 70,000 handwritten digits, and the file format that it and its kin come in."""

import gzip
import hashlib
import math
import os
import zlib
from pathlib import Path

import numpy as np

from nnlib.expect import called, restore

FILES = Path(__file__).parent / "files"
SHA256 = {  # of the compressed files, by name without .gz
    "train-images-idx3-ubyte": "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    "train-labels-idx1-ubyte": "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    "t10k-images-idx3-ubyte": "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    "t10k-labels-idx1-ubyte": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
}
TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}  # by IDX's third byte


def mnist():
    """(train_images, train_labels), (test_images, test_labels): 60,000 and 10,000 digits.

    images: uint8 (N, 28, 28), 0 is the background and 255 full ink; labels: uint8 (N,), 0 to 9.
    Every file's SHA-256 is checked. Raises FileNotFoundError for a file that is missing,
    ValueError for one that was cut off or altered. LeCun, Cortes & Burges, 1998.
    """
    return _checked_half("train"), mnist_test()


def mnist_test():
    """The second half of mnist() alone: images uint8 (10000, 28, 28), labels uint8 (10000,).

    It takes a seventh of the memory. Raises what mnist() raises.
    """
    return _checked_half("t10k")


def _checked_half(start):
    names = [name for name in SHA256 if name.startswith(start)]
    return tuple(read_idx(checked(FILES / f"{name}.gz", SHA256[name], "MNIST")) for name in names)


def read_idx(file):
    """An array, of the shape in the header, from an IDX file: its path (also .gz) or its bytes.

    MNIST, Fashion-MNIST and EMNIST come so (EMNIST's letters lie: x.transpose(0, 2, 1)). Two zero
    bytes, one for the type (8 is uint8), one for the number of axes, the length of each axis as a
    big-endian uint32, then the values. Raises ValueError for anything else.
    """
    data = _contents(file)
    if len(data) < 4 or data[:2] != b"\x00\x00" or data[2] not in TYPES or data[3] > 32:
        got = data[:4].hex(" ") or "nothing"
        raise ValueError(f"An IDX file of uint8 images starts with 00 00 08 03, got {got}.")
    kind, axes = np.dtype(TYPES[data[2]]), data[3]
    if len(data) < 4 + 4 * axes:
        raise ValueError(f"The IDX header of {axes} axes was cut off after {len(data)} bytes.")
    shape = tuple(np.frombuffer(data, ">u4", count=axes, offset=4).tolist())
    values = data[4 + 4 * axes :]
    if len(values) != math.prod(shape) * kind.itemsize:
        follow = len(values) // kind.itemsize
        raise ValueError(f"The IDX header says {shape}, but {follow} values follow.")
    array = np.frombuffer(values, kind).reshape(shape)
    return array.astype(kind.newbyteorder("="), copy=False)  # this machine's order of bytes


def _contents(file):
    """The bytes of a file, unpacked; `file` is its path or already bytes."""
    if isinstance(file, (str, os.PathLike)):
        if not Path(file).is_file():
            raise FileNotFoundError(f"read_idx expected a file at {file}, and there is none.")
        file = Path(file).read_bytes()
    if not isinstance(file, (bytes, bytearray, memoryview)):
        raise TypeError(f"read_idx expected a path or bytes, got {called(file)}.")
    try:  # every .gz file begins with these two bytes
        return gzip.decompress(file) if bytes(file[:2]) == b"\x1f\x8b" else bytes(file)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"The .gz file could not be unpacked: {error}") from None


def checked(path, sha256, name):
    """The bytes, still packed, of a file that comes with the library and has this SHA-256."""
    how = f"To restore it, {restore(f'nnlib/datasets/files/{path.name}')}"
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"The {name} file {path} is missing. {how}") from None
    found = hashlib.sha256(packed).hexdigest()
    if found != sha256:
        raise ValueError(
            f"The {name} file {path} of {len(packed):,} bytes was cut off or altered: its SHA-256 "
            f"should be {sha256[:12]}..., and is {found[:12]}.... {how}"
        )
    return packed
