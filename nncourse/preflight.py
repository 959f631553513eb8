"""Can nnlib be imported at all? Asked before anything else, so written for any Python, old or new.

An old Python would stop with a SyntaxError somewhere, a missing NumPy with a long traceback.
Here both become one sentence that says what to do.
"""
# ruff: noqa: UP032 (no f-strings in this file, and nothing newer)

import sys

PYTHON = (3, 11)


def passed():
    """True if nnlib can be imported; False if not, and `python -m nncourse doctor` is to say why.

    Any other `python -m nncourse...` ends with a sentence; an import raises it as an ImportError.
    """
    sentence = too_old() or no_numpy()
    if not sentence:
        return True
    # Python's manual: sys.argv[0] is "-m" while the module to run is still being located
    arguments = getattr(sys, "argv", [""])
    if arguments[0] != "-m":
        raise ImportError(sentence)
    if arguments[1:2] == ["doctor"] and not too_old():
        return False
    return sys.exit(sentence)


def too_old(version=sys.version_info, executable=sys.executable):
    """A sentence if this Python is too old, else an empty text."""
    if tuple(version[:2]) >= PYTHON:
        return ""
    return (
        "nnlib needs Python {} or newer, and {} is {}. Install a newer one from python.org, delete "
        "the folder .venv, and start again: make lab PYTHON=python3.12"
    ).format(dotted(PYTHON), executable, dotted(version[:3]))


def no_numpy():
    """A sentence if NumPy is missing or broken, else an empty text."""
    try:
        import numpy  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", None) == "numpy":
            return "NumPy is not installed. Run: " + install("numpy")
        return "NumPy is broken. Run: " + install("numpy", "--force-reinstall ")
    return ""


def install(requirement, options="", executable=sys.executable):
    """The command for a terminal that installs a package into this Python."""
    return '{} -m pip install {}"{}"'.format(quoted(executable), options, requirement)


def install_all(executable=sys.executable):
    """The command that installs everything; it is run in the folder of the course."""
    return "{} -m pip install -r requirements.txt".format(quoted(executable))


def quoted(path):
    return '"{}"'.format(path) if " " in path else path


def dotted(version):
    """(3, 11) as "3.11"."""
    return ".".join(str(number) for number in version)
