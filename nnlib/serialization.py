"""Weights in a file: .npz without pickle, so that opening a file never runs code."""

import os
import tempfile
from pathlib import Path

import numpy as np


def save(state, path):
    """Write a state_dict (name -> array) to `path`, an .npz file.

    Written beside it and then renamed: a crash or a full disk leaves the old file whole.
    Raises ValueError for another suffix, TypeError for values that are not numeric arrays.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"save expected a path that ends in .npz, got {path.name!r}.")
    state = {name: np.asarray(array) for name, array in dict(state).items()}
    for name, array in state.items():
        if array.dtype.kind not in "fiub":
            raise TypeError(f"save expected arrays of numbers, got {array.dtype} for {name!r}.")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, **state)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError) and error.errno:
            error.filename = str(path)  # a full disk, say, does not tell for which file
        raise


def load(path):
    """Read what save() wrote: a dict of name -> array, for load_state_dict().

    Raises FileNotFoundError when there is none, ValueError when it is damaged or no .npz file.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError:
        raise FileNotFoundError(
            f"load expected a file at {path}, and there is none. Save one with "
            "nnlib.save(model.state_dict(), path)."
        ) from None
    except Exception as error:
        raise ValueError(
            f"load expected an .npz file of arrays at {path}, and could not read it ({error}). "
            "It may be cut off or not made by nnlib.save: save it again."
        ) from error
