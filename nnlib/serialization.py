"""Weights in a file: .npz without pickle, so that opening a file never runs code."""

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from nnlib.expect import called, numbers
from nnlib.random import generator


def save(state, path):
    """Write a state_dict (name -> array) to `path`, an .npz file.

    Written beside it and then renamed: a crash or a full disk leaves the old file whole.
    Raises ValueError for another suffix, TypeError for values that are not numeric arrays,
    FileNotFoundError when the folder does not exist.
    """
    if not isinstance(state, Mapping):
        hint = "Pass model.state_dict(), then the path."
        raise TypeError(f"save expected a dict of name -> array, got {called(state)}. {hint}")
    path = _as_path(path, "save")
    if path.suffix != ".npz":
        raise ValueError(f"save expected a path that ends in .npz, got {path.name!r}.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"save expected a folder at {path.parent}, and there is none.")
    for name in state:
        if not isinstance(name, str) or not name or not name.isprintable() or len(name) > 1000:
            raise TypeError(f"save expected names that are short text, got {called(name)}.")
    state = {name: numbers(value, f"save, for {name!r},") for name, value in state.items()}
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
        os.close(handle)
        # as np.savez_compressed, which cannot write an array that is called "file"
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in state.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None:
            os.unlink(temporary)
        if isinstance(error, OSError) and error.errno:
            error.filename = str(path)  # a full disk, say, does not tell for which file
        raise


def load(path):
    """Read what save() wrote: a dict of name -> array, for load_state_dict().

    Raises FileNotFoundError when there is none, ValueError when it is damaged or no .npz file.
    """
    path = _as_path(path, "load")
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            return {name.removesuffix(".npy"): _read(archive, name) for name in archive.namelist()}
    except FileNotFoundError:
        hint = "Write one with nnlib.save(model.state_dict(), path)."
        raise FileNotFoundError(f"load expected a file at {path}, found none. {hint}") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno:  # it may not be read, and says so
            raise
        raise ValueError(
            f"load expected a file of nnlib.save at {path}, and could not read it ({error}). Save "
            "it again; a file of PyTorch's by nnlib.save(torch.load(path, weights_only=True), new)."
        ) from error


def _read(archive, name):
    """The array in a member of a zip file; ValueError or TypeError for what is no numbers."""
    if not name.endswith(".npy"):
        raise ValueError(f"{name!r} in it is not an array of numbers")
    with archive.open(name) as member:
        return numbers(np.lib.format.read_array(member, allow_pickle=False), f"{name!r} in it")


def save_checkpoint(path, model, optimizer, scheduler=None):
    """Write all that a training needs to go on: weights, optimizer, scheduler, random numbers.

    After load_checkpoint() training goes on as if it had not stopped, to the last bit.
    """
    random = json.dumps(generator.bit_generator.state)
    state = {"random": np.frombuffer(random.encode(), np.uint8)}
    for kind, part in _parts(model, optimizer, scheduler).items():
        state |= {f"{kind}.{name}": value for name, value in part.state_dict().items()}
    save(state, path)


def load_checkpoint(path, model, optimizer, scheduler=None):
    """Put back what save_checkpoint() wrote; ValueError when it does not fit these objects."""
    parts, state = _parts(model, optimizer, scheduler), load(path)
    for kind in parts:
        if not any(name.startswith(f"{kind}.") for name in state):
            raise ValueError(f"load_checkpoint found no {kind} in {path}: save it as well.")
    random = type(generator.bit_generator)()
    try:
        random.state = json.loads(state["random"].tobytes())
    except Exception:
        raise ValueError(f"load_checkpoint found no random numbers in {path}: damaged.") from None
    before = {kind: part.state_dict() for kind, part in parts.items()}
    try:
        for kind, part in parts.items():
            start = f"{kind}."
            own = {n.removeprefix(start): a for n, a in state.items() if n.startswith(start)}
            part.load_state_dict(own)
    except Exception:
        for kind, part in parts.items():  # all of it or nothing
            part.load_state_dict(before[kind])
        raise
    generator.bit_generator.state = random.state


def _parts(model, optimizer, scheduler):
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    if scheduler is None:
        del parts["scheduler"]
    for kind, part in parts.items():
        if isinstance(part, type) or not hasattr(part, "load_state_dict"):
            raise TypeError(f"A checkpoint expected: {kind}. It got {called(part)}.")
    return parts


def _as_path(path, who):
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{who} expected the path of an .npz file, got {called(path)}.")
    path = Path(path)
    if "\0" in str(path) or path.is_dir():
        raise ValueError(f"{who} expected the path of an .npz file, no folder, got '{path!s:.99}'.")
    return path
